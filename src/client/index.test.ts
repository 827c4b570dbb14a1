import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { compileClient } from '../../test/support/compiled-client.ts';
import type { CompiledClient } from '../../test/support/compiled-client.ts';
import { eventually, Program } from '../../test/support/program.ts';
import { obliging, TelemetryService } from '../../test/support/telemetry-service.ts';

// Processes and sockets on a machine that does other things too.
vi.setConfig({ testTimeout: 60_000 });

let client: CompiledClient;
let service: TelemetryService;
let programs: Program[] = [];

beforeAll(() => {
  client = compileClient();
});

afterAll(() => {
  client.remove();
});

beforeEach(async () => {
  service = new TelemetryService();
  await service.start();
});

afterEach(async () => {
  await Promise.all(programs.map((program) => program.stop(0)));
  programs = [];
  service.stop();
});

/** Runs a training program that has `init` of the client, in a process of its own. */
function train(script: string, environment: NodeJS.ProcessEnv = {}): Program {
  const file = join(client.folder, `train-${programs.length}.mjs`);
  writeFileSync(file, `import { init } from ${JSON.stringify(client.entry)};\n${script}`);
  const program = new Program('training', process.execPath, [file], {
    env: { PATH: process.env['PATH'], GRADWATCH_ADDRESS: service.address, GRADWATCH_RUN: 'digits', ...environment },
  });
  programs.push(program);
  return program;
}

const steps = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('a training program', () => {
  test('reports who it is, every step and its end', async () => {
    const program = train(
      `const run = init({ framework: 'tfjs 4', model: 'mlp', onRequest: { stop() {} } });
       for (let step = 0; step < 100; step += 1) {
         run.log({ step, loss: 1 / (step + 1), learningRate: 0.1 });
         run.log({ step, gradientNorm: step === 50 ? NaN : step });
       }
       console.log(await run.finish('preempted', 'node is drained'));`,
      { RANK: '1', WORLD_SIZE: '2', LOCAL_RANK: '1', TORCHELASTIC_RESTART_COUNT: '3', NODE_NAME: 'gpu-1' },
    );
    expect(await program.exited()).toBe(0);
    expect(program.output).toBe('true\n');
    expect(service.hellos).toMatchObject([
      {
        run: 'digits',
        rank: 1,
        world_size: 2,
        local_rank: 1,
        attempt: 3,
        node: 'gpu-1',
        pid: program.child.pid,
        framework: 'tfjs 4',
        model: 'mlp',
        supports: ['REQUEST_KIND_STOP'],
      },
    ]);
    expect(service.hellos[0]?.client).toMatch(/^gradwatch-node \d+\.\d+\.\d+/);
    expect(service.hellos[0]?.session).toMatch(/^[0-9a-f-]{36}$/);
    if (process.platform === 'linux') {
      expect(service.hellos[0]?.boot_id).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
      expect(service.hellos[0]?.start_ticks).toBeGreaterThan(0);
    }
    expect(service.hellos[0]).not.toHaveProperty('gpu_uuid');
    expect(service.steps.map(({ step }) => step)).toEqual(steps(0, 100));
    expect(service.steps.map(({ loss }) => loss)).toEqual(steps(0, 100).map((step) => 1 / (step + 1)));
    expect(service.steps.map((step) => step.gradient_norm)).toEqual(
      steps(0, 100).map((step) => (step === 50 ? NaN : step)),
    );
    expect(Math.abs(Number(service.steps[0]?.unix_nanos) / 1e6 - Date.now())).toBeLessThan(60_000);
    expect(service.goodbyes).toEqual([{ ending: 'ENDING_PREEMPTED', reason: 'node is drained' }]);
  });

  test('that forgets to finish exits anyway, and is reported as finished with its last step', async () => {
    const program = train(
      `const run = init(); for (let step = 0; step < 1000; step += 1) run.log({ step, loss: step });`,
    );
    expect(await program.exited()).toBe(0);
    expect(service.steps.map(({ step }) => step)).toEqual(steps(0, 1_000));
    expect(service.goodbyes).toEqual([{ ending: 'ENDING_FINISHED' }]);
  });

  test('that throws is reported as failed, with the text', async () => {
    const program = train(
      `init().log({ step: 1, loss: 2 }); setTimeout(() => { throw new TypeError('out of memory'); }, 200);`,
    );
    expect(await program.exited()).toBe(1);
    expect(service.steps).toMatchObject([{ step: 1, loss: 2 }]);
    expect(service.goodbyes).toEqual([{ ending: 'ENDING_FAILED', reason: 'TypeError: out of memory' }]);
  });

  test.each([
    ['process.exit(143)', { ending: 'ENDING_PREEMPTED', reason: 'exit code 143' }],
    ['process.exit(3)', { ending: 'ENDING_FAILED', reason: 'exit code 3' }],
    ['process.exit()', { ending: 'ENDING_FINISHED' }],
  ])('that calls %s is reported so', async (exit, goodbye) => {
    await train(`init().log({ step: 1 }); ${exit}`).exited();
    expect(service.goodbyes).toEqual([goodbye]);
    expect(service.steps).toMatchObject([{ step: 1 }]);
  });

  test('is not held back for long by an exporter that answers nothing', async () => {
    service.behave = (message, stream) => {
      if (message.hello) stream.write({ welcome: { resume_from: 0, max_message_bytes: 65_536 } });
    };
    const forgetful = train(`init().log({ step: 1 });`);
    const began = Date.now();
    expect(await forgetful.exited()).toBe(0);
    expect(Date.now() - began).toBeLessThan(7_000);
    const careful = train(`const run = init(); run.log({ step: 1 }); console.log(await run.finish());`);
    expect(await careful.exited()).toBe(0);
    expect(careful.output).toBe('false\n');
  });

  test('that computes without ever letting its event loop turn is heard meanwhile', async () => {
    const program = train(
      `const run = init();
       let step = 0;
       for (const end = Date.now() + 60_000; Date.now() < end; ) {
         for (const next = Date.now() + 20; Date.now() < next; );
         run.log({ step: step++, loss: 1 });
       }`,
    );
    await eventually('three batches', () => (service.batches.length >= 3 ? true : undefined));
    expect(program.child.exitCode).toBeNull();
    expect(service.goodbyes).toEqual([]);
  });

  test('hears of findings, and does what is asked of it if it has said so', async () => {
    service.behave = (message, stream, self) => {
      obliging(message, stream, self);
      if (!message.hello) return;
      stream.write({ finding: { id: 'f1', kind: 'gradient_explosion', change: 'CHANGE_OPENED', first_step: 7 } });
      stream.write({ request: { id: 'a', kind: 'REQUEST_KIND_SCALE_LEARNING_RATE', factor: 0.5 } });
      stream.write({ request: { id: 'b', kind: 'REQUEST_KIND_CHECKPOINT' } });
      stream.write({ request: { id: 'c', kind: 'REQUEST_KIND_STOP' } });
    };
    const program = train(
      `let rate = 0.8;
       let stop;
       const stopped = new Promise((resolve) => (stop = resolve));
       const run = init({
         onFinding: ({ id, kind, change, firstStep }) => { console.log(id, kind, change, firstStep); throw new Error('a slip'); },
         onRequest: { scaleLearningRate: (factor) => { rate *= factor; }, stop: () => { stop(); throw new Error('not now'); } },
         warn: (text) => console.log(text),
       });
       const beat = setInterval(() => {}, 1000);
       await stopped;
       clearInterval(beat);
       await new Promise((resolve) => setTimeout(resolve, 200));
       await run.finish();
       console.log(rate);`,
    );
    expect(await program.exited()).toBe(0);
    expect(program.output.split('\n')).toEqual([
      'f1 gradient_explosion opened 7',
      'gradwatch: onFinding threw: Error: a slip',
      '0.4',
      '',
    ]);
    expect(service.hellos[0]?.supports).toEqual(['REQUEST_KIND_STOP', 'REQUEST_KIND_SCALE_LEARNING_RATE']);
    expect(new Map(service.answers.map(({ request, result }) => [request, result]))).toEqual(
      new Map([
        ['a', 'RESULT_DONE'],
        ['b', 'RESULT_UNSUPPORTED'],
        ['c', 'RESULT_REFUSED'],
      ]),
    );
  });

  test('never gets an exception from the client, whatever it hands over', async () => {
    const program = train(
      `const run = init({ warn: () => { throw new Error('even here'); } });
       const hostile = { get step() { throw new Error('gone'); } };
       for (const report of [undefined, null, 7, 'x', hostile, Object.create(null), { step: 1, loss: {} }, { step: 2n }, { step: 3, loss: 4 }]) run.log(report);
       run.evaluation(null); run.layers(1, null); run.tensors(null); run.event(null); run.serving(null);
       run.layers(1, { embed: { weightNorm: () => 1 } });
       await run.finish(Object.create(null), new Error('no text'));
       run.log({ step: 4 });
       await run.finish('failed');
       console.log('alive');`,
    );
    expect(await program.exited()).toBe(0);
    expect(program.output).toBe('alive\n');
    expect(service.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(service.goodbyes).toEqual([{ ending: 'ENDING_FINISHED', reason: 'Error: no text' }]);
  });

  test('that is told to stop is reported as preempted, and dies of the signal', async () => {
    const program = train(`init().log({ step: 1 }); setInterval(() => {}, 1000);`);
    await eventually('a step', () => service.steps[0]);
    program.child.kill('SIGTERM');
    expect(await program.exited()).toBeNull();
    expect(program.child.signalCode).toBe('SIGTERM');
    expect(service.goodbyes).toEqual([{ ending: 'ENDING_PREEMPTED', reason: 'SIGTERM' }]);
  });

  test('that reports two runs dies of Ctrl-C as well, and both are reported', async () => {
    const program = train(
      `init({ run: 'a' }).log({ step: 1 }); init({ run: 'b' }).log({ step: 1 }); setInterval(() => {}, 1000);`,
    );
    await eventually('two steps', () => (service.batches.length === 2 ? true : undefined));
    program.child.kill('SIGINT');
    expect(await program.exited()).toBeNull();
    expect(program.child.signalCode).toBe('SIGINT');
    const goodbye = { ending: 'ENDING_PREEMPTED', reason: 'SIGINT' };
    expect(service.goodbyes).toEqual([goodbye, goodbye]);
  });

  test('lives on when an asynchronous function of it fails, and when it uses its objects again', async () => {
    service.behave = (message, stream, self) => {
      obliging(message, stream, self);
      if (message.hello) stream.write({ finding: { id: 'f1', kind: 'loss_spike', change: 'CHANGE_OPENED' } });
    };
    const program = train(
      `let warned;
       const warning = new Promise((resolve) => (warned = resolve));
       const run = init({ onFinding: async () => { throw new Error('a slip'); }, warn: (text) => warned(text) });
       const beat = setInterval(() => {}, 1000);
       const extras = {};
       for (let step = 0; step < 20; step += 1) { extras.at = step; run.log({ step, extras }); }
       extras.at = -1;
       console.log(await warning);
       clearInterval(beat);
       await run.finish();`,
    );
    expect(await program.exited()).toBe(0);
    expect(program.output).toBe('gradwatch: onFinding threw: Error: a slip\n');
    expect(service.steps.map(({ extras }) => extras?.['at'])).toEqual(steps(0, 20));
  });

  test('that saves a checkpoint when told to stop does so first', async () => {
    const program = train(
      `const run = init(); run.log({ step: 1 });
       const beat = setInterval(() => {}, 1000);
       process.on('SIGTERM', () => setTimeout(() => { run.log({ step: 2 }); clearInterval(beat); }, 300));`,
    );
    await eventually('a step', () => service.steps[0]);
    program.child.kill('SIGTERM');
    expect(await program.exited()).toBe(0);
    expect(service.steps.map(({ step }) => step)).toEqual([1, 2]);
    expect(service.goodbyes).toEqual([{ ending: 'ENDING_PREEMPTED', reason: 'SIGTERM' }]);
  });

  test('that never lets its event loop turn dies of SIGTERM at once', async () => {
    const program = train(`init().log({ step: 1 }); for (;;);`);
    await eventually('a step', () => service.steps[0]);
    program.child.kill('SIGTERM');
    expect(await program.exited()).toBeNull();
    expect(service.goodbyes).toEqual([]);
  });

  test('without a name for its run gets one', async () => {
    await train(`init();`, { GRADWATCH_RUN: '' }).exited();
    expect(service.hellos[0]?.run).toMatch(/^train-0-\d{8}T\d{6}Z-[0-9a-f]{4}$/);
  });

  test('runs undisturbed where the client is switched off', async () => {
    const program = train(`const run = init(); run.log({ step: 1 }); console.log(await run.finish());`, {
      GRADWATCH_DISABLED: '1',
    });
    expect(await program.exited()).toBe(0);
    expect(program.output).toBe('false\n');
    expect(service.streams).toEqual([]);
  });
});

test('the client loads nothing of the exporter but the protocol', async () => {
  const program = train(
    `import { createRequire } from 'node:module';
     await import(${JSON.stringify(join(client.folder, 'dist/client/channel.js'))});
     const packages = Object.keys(createRequire(import.meta.url).cache)
       .map((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
     console.log([...new Set(packages)].join(' '));`,
  );
  expect(await program.exited()).toBe(0);
  const packages = program.output.trim().split(' ');
  expect(packages).toContain('@grpc/grpc-js');
  for (const heavy of ['express', 'prom-client', 'systeminformation', 'pino', 'valibot', 'yaml']) {
    expect(packages).not.toContain(heavy);
  }
});

test('a program that only imports the client loads no gRPC in its own thread', async () => {
  const program = train(
    `import { createRequire } from 'node:module';
     console.log(Object.keys(createRequire(import.meta.url).cache).length, typeof init);`,
  );
  expect(await program.exited()).toBe(0);
  expect(program.output).toBe('0 function\n');
});
