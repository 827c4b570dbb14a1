import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, sleep } from '../../test/support/program.ts';
import { obliging, TelemetryService } from '../../test/support/telemetry-service.ts';
import type { WorkerStream } from '../../test/support/telemetry-service.ts';
import { Backoff } from './backoff.ts';
import { grpcChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { Sender } from './sender.ts';
import type { TlsSettings } from './tls.ts';

// Processes and sockets on a machine that does other things too.
vi.setConfig({ testTimeout: 60_000 });

/** The sender over real sockets, without the thread. */
let service: TelemetryService;
let finishing: (() => Promise<boolean>)[] = [];

beforeEach(async () => {
  service = new TelemetryService();
  await service.start();
});

afterEach(async () => {
  await Promise.all(finishing.map((finish) => finish()));
  finishing = [];
  service.stop();
});

function connect(
  parts: { address?: string; token?: string; tls?: TlsSettings; capacity?: number; warnings?: string[] } = {},
) {
  const address = parts.address ?? service.address;
  const sender = new Sender({
    hello: { run: 'r', rank: 0, session: '0123456789abcdef' },
    address,
    capacity: parts.capacity ?? 10_000,
    open: grpcChannel({ address, token: parts.token, tls: parts.tls }),
    clock: systemClock,
    backoff: new Backoff(),
    droppedBefore: () => 0,
    events: {
      finding: () => undefined,
      request: () => undefined,
      unfit: () => undefined,
      warning: (text) => parts.warnings?.push(text),
    },
  });
  sender.start();
  let result: Promise<boolean> | undefined;
  const finish = (): Promise<boolean> =>
    (result ??= new Promise((resolve) => {
      sender.finish({ ending: 'ENDING_FINISHED' }, 5_000, resolve);
    }));
  finishing.push(finish);
  return { sender, finish };
}

function endWith(stream: WorkerStream, code: number, details: string): void {
  stream.emit('error', Object.assign(new Error(details), { code, details }));
}

test('every value arrives to the last digit', async () => {
  const values = [0.1 + 0.2, 1 / 3, 5e-324, Number.MAX_VALUE, -0, NaN, Infinity, -Infinity, 2 ** 53 + 2];
  const { sender, finish } = connect();
  for (const [step, value] of values.entries())
    sender.report([{ step, unix_nanos: 1e18, loss: value, gradient_norm: -value }], false);
  expect(await finish()).toBe(true);
  expect(service.steps).toStrictEqual(
    values.map((value, step) => ({ step, unix_nanos: 1e18, loss: value, gradient_norm: -value })),
  );
});

test('nothing is lost and nothing counted twice when the exporter goes away again and again', async () => {
  const { sender, finish } = connect();
  const total = 3_000;
  let silent = 0;
  service.behave = (message, stream, self) => {
    // Every fourth batch is received, but its acknowledgement is lost with the connection.
    if (message.batch && (silent += 1) % 4 === 0) endWith(stream, 14, 'gone');
    else obliging(message, stream, self);
  };
  for (let step = 0; step < total; step += 1) {
    sender.report([{ step, unix_nanos: step, loss: step }], step % 100 === 0);
    if (step % 50 === 0) await sleep(0.005);
    if (step === 1_500) {
      service.stop();
      await sleep(0.3);
      await service.start();
    }
  }
  expect(await finish()).toBe(true);
  expect(service.steps.map(({ step }) => step)).toEqual(Array.from({ length: total }, (_, step) => step));
  expect(service.streams.length).toBeGreaterThan(2);
  expect(service.batches.at(-1)?.dropped_steps).toBe(0);
  const contents = new Map<number, string>();
  for (const { sequence, steps } of service.batches) {
    const text = JSON.stringify(steps);
    expect(contents.get(sequence ?? 0) ?? text).toBe(text);
    contents.set(sequence ?? 0, text);
  }
});

test('steps of before the exporter was there arrive, the oldest are dropped and counted', async () => {
  service.stop();
  const { sender, finish } = connect({ capacity: 100 });
  for (let step = 0; step < 150; step += 1) sender.report([{ step, unix_nanos: step }], false);
  await sleep(0.3);
  await service.start();
  await eventually('the steps', () => (service.steps.length === 100 ? true : undefined));
  expect(service.steps[0]?.step).toBe(50);
  expect(service.batches.at(-1)?.dropped_steps).toBe(50);
  expect(await finish()).toBe(true);
});

test('a large backlog is sent in messages that the exporter takes', async () => {
  service.behave = (message, stream, self) => {
    if (message.hello) stream.write({ welcome: { resume_from: 0, max_message_bytes: 4_096 } });
    else obliging(message, stream, self);
  };
  const { sender, finish } = connect();
  for (let step = 0; step < 2_000; step += 1)
    sender.report([{ step, unix_nanos: 1e18, loss: 1, gradient_norm: 1 }], false);
  expect(await finish()).toBe(true);
  expect(service.steps).toHaveLength(2_000);
  expect(Math.max(...service.batches.map(({ steps }) => steps?.length ?? 0))).toBe(9);
});

test('a refused hello is said once with the sentence of the exporter', async () => {
  service.behave = (_, stream) => {
    endWith(stream, 16, 'the token is wrong');
  };
  const warnings: string[] = [];
  const { finish } = connect({ warnings });
  await eventually('a warning', () => warnings[0]);
  expect(warnings).toEqual([expect.stringContaining('refuses this worker: the token is wrong (UNAUTHENTICATED)')]);
  expect(await finish()).toBe(false);
  expect(warnings).toHaveLength(1);
});

test('the token is sent as a bearer token', async () => {
  connect({ token: 'secret' });
  await eventually('a hello', () => service.hellos[0]);
  expect(service.metadata[0]).toMatchObject({ authorization: 'Bearer secret' });
});

test('nobody there: one warning, and finish returns at once', async () => {
  const { address } = service;
  service.stop();
  const warnings: string[] = [];
  const { finish } = connect({ warnings });
  await eventually('a warning', () => warnings[0]);
  const began = Date.now();
  expect(await finish()).toBe(false);
  expect(Date.now() - began).toBeLessThan(4_000);
  expect(warnings).toEqual([expect.stringMatching(`^nothing is reported to ${address} yet: `)]);
});

test('an address that gRPC does not understand is said', async () => {
  const warnings: string[] = [];
  connect({ address: 'nonsense://x:y', warnings });
  await eventually('a warning', () => warnings[0]);
  expect(warnings[0]).toContain('nonsense://x:y');
});
