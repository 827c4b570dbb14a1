import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ReportedRun } from './reported-run.ts';
import type { Ending } from './run.ts';
import type { ThreadListener } from './sending-thread.ts';
import { SharedCounters } from './shared-counters.ts';
import type { ToThread } from './thread-messages.ts';

/** A run whose thread is in the test's hand. */
function start() {
  const posted: ToThread[] = [];
  const warnings: string[] = [];
  const clock = new ManualClock();
  const counters = new SharedCounters();
  let keptAlive = false;
  let watching = true;
  let listener!: ThreadListener;
  let exit!: (ending: Ending, reason?: string) => void;
  const run = new ReportedRun({
    counters,
    clock,
    startThread: (given) => {
      listener = given;
      return { post: (message) => posted.push(message), keepAlive: (yes) => (keptAlive = yes) };
    },
    warn: (text) => warnings.push(text),
    onFinding: undefined,
    onRequest: {},
    watchExit: (report) => {
      exit = report;
      return () => (watching = false);
    },
    unixNanos: () => 5,
  });
  return {
    run,
    posted,
    warnings,
    clock,
    counters,
    listener,
    exit,
    keptAlive: () => keptAlive,
    watching: () => watching,
  };
}

test('reports are cleaned, stamped and handed over, the last ones before the goodbye', async () => {
  const { run, posted, listener, keptAlive, watching } = start();
  for (let step = 0; step < 6; step += 1) run.log({ step, loss: step });
  const finished = run.finish('failed', 'x'.repeat(600));
  expect(keptAlive()).toBe(true);
  expect(watching()).toBe(false);
  expect(posted.flatMap((message) => ('steps' in message ? message.steps : []))).toEqual(
    [0, 1, 2, 3, 4, 5].map((step) => ({ step, unix_nanos: 5, loss: step })),
  );
  expect(posted.at(-1)).toEqual({ goodbye: { ending: 'ENDING_FAILED', reason: 'x'.repeat(512) }, timeoutMs: 8_000 });
  listener.message({ delivered: true });
  expect(await finished).toBe(true);
  expect(keptAlive()).toBe(false);
});

test('a thread that dies leaves training alone', async () => {
  const { run, posted, warnings, listener, watching } = start();
  listener.failed(new Error('out of memory'));
  listener.failed(new Error('it ended with code 1'));
  run.log({ step: 1 });
  expect(posted).toEqual([]);
  expect(watching()).toBe(false);
  expect(await run.finish()).toBe(false);
  expect(warnings).toEqual(['gradwatch: the sending thread died, nothing more is reported: out of memory']);
});

test('a thread that ends after its last message is no failure', async () => {
  const { run, warnings, listener } = start();
  const finished = run.finish();
  listener.message({ delivered: true });
  listener.failed(new Error('it ended with code 0'));
  expect(await finished).toBe(true);
  expect(warnings).toEqual([]);
});

test('a thread that never answers does not hold finish for ever', async () => {
  const { run, clock, keptAlive } = start();
  const finished = run.finish();
  clock.pass(10_000);
  expect(await finished).toBe(false);
  expect(keptAlive()).toBe(false);
});

test('steps beyond what may be on their way are dropped and counted', () => {
  const { run, counters } = start();
  for (let step = 0; step < 8_200; step += 1) run.log({ step });
  expect(counters.dropped).toBe(8);
});

test('an exiting process waits for the thread, which has been told why', () => {
  const { posted, counters, exit } = start();
  counters.finish();
  exit('failed', 'exit code 3');
  expect(posted).toEqual([{ goodbye: { ending: 'ENDING_FAILED', reason: 'exit code 3' }, timeoutMs: 2_000 }]);
});

test('a mistake in reports is said once, and counted', () => {
  const { run, warnings } = start();
  for (let step = 0; step < 100; step += 1) run.log({ step, samples: -1 - step });
  run.log({ step: 100, loss: '1' as never, samples: -1 });
  run.serving({ requests: 1, latency: 0.3 as never });
  expect(warnings).toEqual([
    'gradwatch: samples is -1, not a whole number from 0: it was not sent',
    'gradwatch: loss is of type string, not a number: it was not sent',
    expect.stringContaining('gradwatch: serving: latency is no histogram'),
  ]);
  expect(run.refusedValues).toEqual(
    new Map([
      ['samples', 101],
      ['loss', 1],
      ['serving.latency', 1],
    ]),
  );
});

test('other reports are handed over after the steps that were logged before them', () => {
  const { run, posted, warnings } = start();
  run.log({ step: 1, loss: 1 });
  run.event({ type: 'checkpoint', step: 1 });
  run.evaluation({ dataset: 'val', slices: { '': { auc: 0.5 } } });
  run.layers(1, { embed: { weightNorm: 1 } });
  run.tensors({ inputs: { x: { mean: 1 } }, outputs: { y: { mean: 2 } } });
  run.serving({ requests: 1 });
  expect(posted.map((message) => ('report' in message ? message.report.part : Object.keys(message)[0]))).toEqual([
    ...['steps', 'events', 'evaluations', 'layer_reports', 'tensor_reports', 'tensor_reports', 'serving_reports'],
  ]);
  run.evaluation({ dataset: 'val' } as never);
  expect(warnings).toEqual([expect.stringContaining('gradwatch: evaluation cannot be sent')]);
});
