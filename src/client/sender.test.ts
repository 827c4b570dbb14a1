import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { protocol } from '../protocol/index.ts';
import type { ExporterMessage__Output, WorkerMessage } from '../protocol/index.ts';
import { Backoff } from './backoff.ts';
import type { ChannelEvents } from './channel.ts';

import { Sender } from './sender.ts';
import type { WireStep } from './wire-step.ts';
import { layers as wireLayers } from './wire-reports.ts';

const { requestSerialize } = protocol.Telemetry.service.Report;

/** A sender, and the exporter's end of its streams in the test's hand. */
class Bench {
  readonly clock = new ManualClock();
  readonly streams: {
    readonly events: ChannelEvents;
    readonly sent: WorkerMessage[];
    halfClosed: boolean;
    closed: boolean;
  }[] = [];
  readonly warnings: string[] = [];
  readonly unfit: string[] = [];
  readonly findings: unknown[] = [];
  readonly requests: unknown[] = [];
  keepsUp = true;
  droppedBefore = 0;
  readonly sender: Sender;

  constructor(capacity = 100) {
    this.sender = new Sender({
      hello: { run: 'r', session: 's' },
      address: 'exporter:1',
      capacity,
      clock: this.clock,
      backoff: new Backoff(() => 1),
      droppedBefore: () => this.droppedBefore,
      open: (events) => {
        const stream = { events, sent: [] as WorkerMessage[], halfClosed: false, closed: false };
        this.streams.push(stream);
        return {
          send: (message) => {
            stream.sent.push(message);
            return this.keepsUp;
          },
          finishSending: () => (stream.halfClosed = true),
          close: () => (stream.closed = true),
        };
      },
      events: {
        finding: (finding) => this.findings.push(finding),
        request: (request) => this.requests.push(request),
        warning: (text) => this.warnings.push(text),
        unfit: ({ field }) => this.unfit.push(field),
      },
    });
    this.sender.start();
  }

  get stream() {
    return this.streams.at(-1)!;
  }

  /** Steps of the batches of the present stream, batch by batch. */
  get batches(): (number | undefined)[][] {
    return this.stream.sent.flatMap(({ batch }) => (batch ? [batch.steps!.map(({ step }) => Number(step))] : []));
  }

  say(message: ExporterMessage__Output): void {
    this.stream.events.message(message);
  }

  welcome(resume_from = 0, max_message_bytes = 65_536): void {
    this.say({ welcome: { resume_from, max_message_bytes } });
  }

  end(code: string, details = 'x'): void {
    this.stream.events.ended({ code, details });
  }

  report(step: number, fields: Partial<WireStep> = {}): void {
    this.sender.report([{ step, unix_nanos: step, ...fields }], Number.isNaN(fields.loss));
  }
}

test('nothing but the hello is sent before the welcome', () => {
  const bench = new Bench();
  bench.report(1, { loss: NaN });
  bench.clock.pass(5_000);
  expect(bench.stream.sent).toEqual([{ hello: { run: 'r', session: 's' } }]);
  bench.welcome();
  expect(bench.batches).toEqual([[1]]);
});

test('steps of one second go as one batch, and parts of a step together', () => {
  const bench = new Bench();
  bench.welcome();
  bench.clock.pass(100);
  for (let step = 0; step < 20; step += 1) {
    bench.report(step, { loss: 1 });
    bench.report(step, { gradient_norm: 2 });
    bench.clock.pass(100);
  }
  bench.clock.pass(1_000);
  const sizes = bench.batches.map((steps) => steps.length);
  expect(sizes).toEqual([9, 10, 1]);
  expect(bench.stream.sent[1]?.batch?.steps?.[0]).toEqual({ step: 0, unix_nanos: 0, loss: 1, gradient_norm: 2 });
});

test('a step after a silence waits only for its parts', () => {
  const bench = new Bench();
  bench.welcome();
  bench.clock.pass(60_000);
  bench.report(1);
  bench.clock.pass(49);
  expect(bench.batches).toEqual([]);
  bench.clock.pass(1);
  expect(bench.batches).toEqual([[1]]);
});

test('what is urgent goes at once, but no more than twenty times a second', () => {
  const bench = new Bench(2_000);
  bench.welcome();
  bench.clock.pass(100);
  bench.report(1, { loss: 1 });
  expect(bench.batches).toEqual([]);
  bench.report(2, { loss: NaN });
  expect(bench.batches).toEqual([[1, 2]]);
  for (let step = 3; step < 1_003; step += 1) {
    bench.report(step, { loss: NaN });
    bench.clock.pass(1);
  }
  bench.clock.pass(50);
  expect(bench.batches.flat()).toEqual(Array.from({ length: 1_002 }, (_, index) => index + 1));
  expect(bench.batches.length).toBeLessThanOrEqual(22);
});

test('an exporter that does not keep up is waited for', () => {
  const bench = new Bench();
  bench.welcome();
  bench.clock.pass(2_000);
  bench.keepsUp = false;
  bench.report(1, { loss: NaN });
  bench.clock.pass(2_000);
  bench.report(2, { loss: NaN });
  bench.clock.pass(2_000);
  expect(bench.batches).toEqual([[1]]);
  bench.keepsUp = true;
  bench.stream.events.drained();
  expect(bench.batches).toEqual([[1], [2]]);
});

test('after a lost stream it comes back with growing delays and sends what was not received', () => {
  const bench = new Bench();
  bench.welcome();
  bench.report(1, { loss: NaN });
  bench.clock.pass(100);
  bench.report(2, { loss: NaN });
  const resent = bench.stream.sent.at(-1);
  bench.end('UNAVAILABLE');
  bench.clock.pass(249);
  expect(bench.streams).toHaveLength(1);
  bench.clock.pass(1);
  expect(bench.streams).toHaveLength(2);
  bench.end('UNAVAILABLE');
  bench.clock.pass(499);
  expect(bench.streams).toHaveLength(2);
  bench.clock.pass(1);
  bench.welcome(1);
  expect(bench.stream.sent.slice(1)).toEqual([resent]);
  expect(bench.warnings).toEqual([]);
});

test('only an acknowledgement makes the next delay short again', () => {
  const bench = new Bench();
  const delayAfterWelcome = (): number => {
    bench.welcome();
    bench.report(bench.streams.length, { loss: NaN });
    bench.clock.pass(50);
    bench.end('UNAVAILABLE');
    const [from, streams] = [bench.clock.now(), bench.streams.length];
    while (bench.streams.length === streams) bench.clock.pass(10);
    return bench.clock.now() - from;
  };
  expect([delayAfterWelcome(), delayAfterWelcome(), delayAfterWelcome()]).toEqual([250, 500, 1_000]);
  bench.welcome();
  bench.say({ acknowledgement: { sequence: 1 } });
  expect(delayAfterWelcome()).toBe(250);
});

test('words of a stream that was given up are not heard', () => {
  const bench = new Bench();
  bench.welcome();
  bench.report(1, { loss: NaN });
  bench.clock.pass(100);
  const old = bench.stream;
  bench.end('UNAVAILABLE');
  bench.clock.pass(250);
  old.events.message({ welcome: { resume_from: 0 } });
  old.events.ended({ code: 'CANCELLED', details: '' });
  bench.report(2, { loss: NaN });
  expect(bench.streams).toHaveLength(2);
  expect(bench.stream.sent).toHaveLength(1);
});

test('an exporter that takes the stream and says nothing is left after 10 s', () => {
  const bench = new Bench();
  bench.clock.pass(10_000);
  expect(bench.stream.closed).toBe(true);
  expect(bench.warnings).toEqual([
    'nothing is reported to exporter:1 yet: no welcome within 10 s; training goes on, the next attempt is in 1 s',
  ]);
  bench.clock.pass(250);
  expect(bench.streams).toHaveLength(2);
});

test('a refused hello is said once, and tried again after half a minute', () => {
  const bench = new Bench();
  bench.end('ALREADY_EXISTS', 'rank 0 of r is held by another session');
  bench.clock.pass(29_999);
  expect(bench.streams).toHaveLength(1);
  bench.clock.pass(1);
  bench.end('ALREADY_EXISTS', 'rank 0 of r is held by another session');
  bench.clock.pass(30_000);
  expect(bench.streams).toHaveLength(3);
  expect(bench.warnings).toEqual([
    'the exporter at exporter:1 refuses this worker: rank 0 of r is held by another session (ALREADY_EXISTS); training goes on, the next attempt is in 30 s',
  ]);
});

test('an exporter that refuses what was sent is left alone for half a minute as well, and gets it again', () => {
  const bench = new Bench();
  bench.welcome();
  bench.report(1, { loss: NaN });
  bench.clock.pass(100);
  bench.end('RESOURCE_EXHAUSTED', 'a message of 5000 bytes is over the limit');
  bench.clock.pass(29_999);
  expect(bench.streams).toHaveLength(1);
  bench.clock.pass(1);
  bench.welcome();
  expect(bench.batches).toEqual([[1]]);
  expect(bench.warnings).toEqual([expect.stringContaining('a message of 5000 bytes is over the limit')]);
});

const layers = (step: number, names: number) =>
  wireLayers(
    step,
    Object.fromEntries(Array.from({ length: names }, (_, at) => [`layer ${at}`, { weightNorm: 1 }])),
    7,
    () => undefined,
  );

test('a report that is too large for this exporter is dropped, counted and said once, and all others are sent', () => {
  const bench = new Bench();
  bench.welcome(0, 2_000);
  for (const step of [1, 2, 3]) {
    bench.report(step);
    bench.sender.reportBeside(layers(step, step === 3 ? 50 : 100));
  }
  bench.report(4, { extras: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`value ${at}`, at])) });
  bench.report(5);
  bench.clock.pass(2_000);
  const { sent } = bench.stream;
  expect(bench.batches.flat()).toEqual([1, 2, 3, 5]);
  expect(sent.flatMap(({ batch }) => batch?.layer_reports?.map(({ step }) => step) ?? [])).toEqual([3]);
  expect(sent.at(-1)?.batch?.dropped_steps).toBe(3);
  expect(sent.map(({ batch }) => batch?.sequence).slice(1)).toEqual(sent.slice(1).map((_, at) => at + 1));
  expect(Math.max(...sent.map((message) => requestSerialize(message).length))).toBeLessThanOrEqual(2_000);
  expect(bench.warnings).toEqual([
    expect.stringMatching(
      /^layers: \d+ bytes are more than the 1936 that a message to the exporter at exporter:1 holds/,
    ),
    expect.stringMatching(/^log: \d+ bytes are more than/),
  ]);
});

test('a limit that is told later holds from then on', () => {
  const bench = new Bench();
  bench.welcome();
  bench.say({ limits: { message_bytes: 2_000 } });
  bench.sender.reportBeside(layers(1, 100));
  for (let step = 1; step <= 20; step += 1) bench.report(step, { loss: 1 });
  bench.clock.pass(2_000);
  expect(bench.batches.flat()).toHaveLength(20);
  expect(bench.stream.sent.some(({ batch }) => batch?.layer_reports !== undefined)).toBe(false);
  expect(bench.batches.length).toBeGreaterThan(1);
});

test('a report that no exporter takes is told to the run', () => {
  const bench = new Bench();
  bench.sender.reportBeside(layers(1, 20_000));
  expect(bench.unfit).toEqual(['layers']);
});

test('a refusal of part of a batch is said once by reason', () => {
  const bench = new Bench();
  bench.welcome();
  bench.say({ refusal: { sequence: 1, reason: 'time', message: 'too old' } });
  bench.say({ refusal: { sequence: 2, reason: 'time', message: 'too old' } });
  expect(bench.warnings).toEqual(['the exporter did not take part of a batch (time): too old']);
});

test('steps that were dropped, here or on the way here, are counted in every batch', () => {
  const bench = new Bench(5);
  for (let step = 0; step < 8; step += 1) bench.report(step);
  bench.droppedBefore = 10;
  bench.welcome();
  expect(bench.batches).toEqual([[3, 4, 5, 6, 7]]);
  expect(bench.stream.sent[1]?.batch?.dropped_steps).toBe(13);
  expect(bench.warnings).toEqual([expect.stringContaining('the oldest reports are dropped')]);
});

test('findings and requests are passed on, answers wait for a connection', () => {
  const bench = new Bench();
  bench.welcome();
  bench.say({ finding: { id: 'f' } });
  bench.say({ request: { id: 'q' } });
  expect([bench.findings, bench.requests]).toEqual([[{ id: 'f' }], [{ id: 'q' }]]);
  bench.end('UNAVAILABLE');
  bench.sender.answer({ request: 'q', result: 'RESULT_DONE' });
  bench.clock.pass(250);
  bench.welcome();
  expect(bench.stream.sent.slice(1)).toEqual([{ answer: { request: 'q', result: 'RESULT_DONE' } }]);
});

function finish(bench: Bench, timeoutMs = 8_000): (boolean | undefined)[] {
  const results: (boolean | undefined)[] = [];
  bench.sender.finish({ ending: 'ENDING_FINISHED' }, timeoutMs, (delivered) => results.push(delivered));
  return results;
}

test('finish sends what is left, says goodbye, and is done when the exporter ends the call', () => {
  const bench = new Bench();
  bench.welcome();
  bench.report(1);
  const results = finish(bench);
  expect(bench.batches).toEqual([[1]]);
  expect(bench.stream.sent.at(-1)).toEqual({ goodbye: { ending: 'ENDING_FINISHED' } });
  expect(bench.stream.halfClosed).toBe(true);
  bench.say({ acknowledgement: { sequence: 1 } });
  expect(results).toEqual([]);
  bench.end('OK');
  bench.clock.pass(60_000);
  expect(results).toEqual([true]);
  expect(bench.streams).toHaveLength(1);
});

test('a goodbye that was cut off is said again on the next stream', () => {
  const bench = new Bench();
  bench.welcome();
  bench.report(1);
  const results = finish(bench);
  bench.end('UNAVAILABLE');
  bench.clock.pass(250);
  bench.welcome(0);
  expect(bench.batches).toEqual([[1]]);
  expect(bench.stream.sent.at(-1)?.goodbye).toBeDefined();
  bench.end('OK');
  expect(results).toEqual([false]);
});

test('finish does not wait for an exporter that never greeted', () => {
  const bench = new Bench();
  bench.end('UNAVAILABLE');
  const results = finish(bench);
  expect(bench.streams).toHaveLength(2);
  bench.end('UNAVAILABLE');
  expect(results).toEqual([false]);
  bench.clock.pass(60_000);
  expect(bench.streams).toHaveLength(2);
});

test('finish waits for an exporter that was there, for its time and no longer', () => {
  const bench = new Bench();
  bench.welcome();
  bench.end('UNAVAILABLE');
  const results = finish(bench, 3_000);
  while (bench.clock.now() < 1_000 + 2_999) {
    bench.clock.pass(1);
    if (!bench.stream.closed) bench.end('UNAVAILABLE');
  }
  expect(results).toEqual([]);
  expect(bench.streams.length).toBeGreaterThan(3);
  bench.clock.pass(1);
  expect(results).toEqual([false]);
});

test('an address that cannot be understood is told, and tried again', () => {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const sender = new Sender({
    hello: {},
    address: 'unix:',
    capacity: 1,
    clock,
    backoff: new Backoff(),
    droppedBefore: () => 0,
    open: () => {
      throw new Error('could not parse');
    },
    events: {
      finding: () => undefined,
      request: () => undefined,
      unfit: () => undefined,
      warning: (text) => warnings.push(text),
    },
  });
  sender.start();
  clock.pass(1);
  expect(warnings).toEqual([expect.stringContaining('could not parse')]);
});
