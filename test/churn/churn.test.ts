import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { credentials } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { App } from '../../src/app.ts';
import { schema } from '../../src/catalogue.ts';
import { leaves, readConfig } from '../../src/config/index.ts';
import { protocol, type BatchMessage, type TelemetryClient } from '../../src/protocol/index.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const quietly = (): void => undefined;

/** The exporter with all that judges workers, without what looks at the machine; it keeps few runs. */
async function exporter() {
  const machine = /^(node|kubernetes|gpu|gpu_detail|xid)\..*enabled$/;
  const off = leaves(schema).filter(({ path }) => machine.test(path));
  const read = readConfig(schema, {
    flags: {
      ...Object.fromEntries(off.map(({ path }) => [path, 'false'])),
      'http.address': '127.0.0.1:0',
      'grpc.address': '127.0.0.1:0',
      'grpc.socket': 'none',
      'runs.max_runs': '4',
      // An ended run makes room at once.
      'findings.hold': '0s',
      // They stay for a while after their run.
      'findings.max_open': '20',
      'findings.keep_resolved': '20',
    },
  });
  if ('mistakes' in read) throw new Error(JSON.stringify(read.mistakes));
  const app = new App(read.value, {
    logger: { debug: quietly, info: quietly, warn: quietly, error: quietly },
    lostLogLines: () => 0,
    nodeName: 'node-a',
    readAgain: () => ({ configuration: read.value }),
    setLogLevel: quietly,
  });
  const { url, workers } = await app.start();
  undo.push(() => app.stop());
  const client = new protocol.Telemetry(workers[0]?.replace(/^.*\/\//, '') ?? '', credentials.createInsecure());
  undo.push(() => {
    client.close();
  });
  return { url, client };
}

/** All kinds of reports, with something to find: a loss that is not finite. */
function everything(job: number): BatchMessage {
  const named = { [`extra ${job % 7}`]: job };
  return {
    sequence: 1,
    steps: Array.from({ length: 20 }, (_, step) => ({
      ...{ step, loss: step === 19 ? NaN : 2 - step / 100, gradient_norm: 1, step_seconds: 0.1, samples: 32 },
      ...{ collective_wait_seconds: 0.01, extras: named, auxiliary_losses: named },
    })),
    evaluations: [{ dataset: 'validation', step: 19, slices: [{ slice: `job:${job}`, metrics: { auc: 0.5 } }] }],
    layer_reports: [{ step: 19, layers: [{ name: `layer ${job}`, gradient_norm: 1 }] }],
    tensor_reports: [{ name: `in ${job}`, kind: 'KIND_INPUT', distribution: { classes: ['a'], counts: [1] } }],
    events: [{ type: 'TYPE_CHECKPOINT', step: 19 }],
    serving_reports: [{ requests: 3, latency: { bounds: [0.1], counts: [2, 1] } }],
  };
}

async function job(client: TelemetryClient, number: number): Promise<void> {
  const run = `job ${number}`;
  for (const rank of [0, 1]) {
    const hello = {
      run,
      rank,
      world_size: 2,
      session: `session of ${run} ${rank}`.padEnd(16),
      labels: { run: `${number}` },
    };
    const ending = number % 2 === 0 ? 'ENDING_FINISHED' : 'ENDING_FAILED';
    await new Promise<void>((resolve, reject) => {
      client.ReportOnce({ hello, batch: everything(number), goodbye: { ending } }, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the heap that are in use. */
async function heap(): Promise<number> {
  // What closed a moment ago is let go of in a later turn.
  await new Promise(setImmediate);
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** How many series there are. The lag of the event loop is told of a span that was long enough, so that it comes and goes. */
async function series(url: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  return lines.filter((line) => /^(?!gradwatch_exporter_event_loop_lag_max_seconds)[a-z]/.test(line)).length;
}

test('jobs that come and go leave no series and no memory behind', async () => {
  const { url, client } = await exporter();
  let number = 0;
  const jobs = async (count: number): Promise<void> => {
    for (const end = number + count; number < end; number += 1) await job(client, number);
  };
  const each = 200;
  await jobs(2 * each);
  const sizes = [{ series: await series(url), heap: await heap() }];
  for (let round = 0; round < 3; round += 1) {
    await jobs(each);
    sizes.push({ series: await series(url), heap: await heap() });
  }
  // What jobs leave behind they leave in every round.
  const left = (what: 'series' | 'heap'): number =>
    Math.min(...sizes.slice(1).map((size, round) => (size[what] - (sizes[round]?.[what] ?? NaN)) / each));
  // How many findings are open of the few runs that are kept depends on when the last beat was: a job has some 80 series, and 0.1 are left
  // where one is there of every tenth job.
  expect(left('series')).toBeLessThan(0.1);
  // In bytes. Code is still being compiled now and then; a rank with its detectors holds some 60,000.
  expect(left('heap')).toBeLessThan(2_000);
});
