import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials, Metadata, status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  protocol,
  type ExporterMessage__Output,
  type HelloMessage,
  type StepMessage,
  type TelemetryClient,
  type WorkerMessage,
} from '../protocol/index.ts';
import type { FindingChange } from '../findings/index.ts';
import { Runs, type RankTransition } from '../runs/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { Ingest } from './ingest.ts';
import type { IngestOptions } from './options.ts';

const defaults: IngestOptions = {
  address: '127.0.0.1:0',
  socket: 'none',
  token_file: undefined,
  max_message_bytes: 65_536,
  max_connections: 100,
  frozen_after: 15,
  request_timeout: 5,
};

/** Undone after each test, last first. */
const undo: (() => unknown)[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-ingest-'));
  undo.push(() => {
    rmSync(folder, { recursive: true });
  });
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function exporter(options: Partial<IngestOptions> = {}) {
  const table = new SeriesTable();
  const transitions: RankTransition[] = [];
  const warnings: object[] = [];
  const now = () => Date.now() / 1000;
  const runs = new Runs({
    table,
    now,
    options: { lifetime: 3600, return_within: 120, max_runs: 2, max_ranks: 4 },
    listener: {
      observation: () => undefined,
      transition: (transition) => transitions.push(transition),
      runEnded: () => undefined,
      rankForgotten: () => undefined,
      runForgotten: () => undefined,
    },
  });
  const ingest = new Ingest({
    table,
    runs,
    now,
    options: { ...defaults, ...options },
    exporter: 'gradwatch 0.1.0',
    node: 'node-a',
    log: { warn: (facts) => warnings.push(facts) },
  });
  const listening = await ingest.start();
  undo.push(() => ingest.stop(0.2));
  return {
    warnings,
    runs,
    ingest,
    transitions,
    listening,
    address: listening.address === null ? '' : `127.0.0.1:${listening.address.port}`,
    /** The value of a series as a scrape shows it. */
    series: (name: string) => {
      const line = expose('text', table.snapshot()).split('\n');
      return line.find((each) => each.startsWith(`${name} `))?.slice(name.length + 1);
    },
    state: (rank = 0) => runs.find('digits', rank)?.state,
  };
}

/** A client that keeps what it was told. */
class Worker {
  readonly client: TelemetryClient;
  readonly call: ClientDuplexStream<WorkerMessage, ExporterMessage__Output>;
  readonly told: ExporterMessage__Output[] = [];
  /** How the call ended. */
  end: { readonly code: status; readonly details: string } | null = null;

  constructor(address: string, token?: string) {
    this.client = new protocol.Telemetry(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', token);
    this.call = this.client.Report(metadata);
    this.call.on('data', (message: ExporterMessage__Output) => this.told.push(message));
    this.call.on('error', () => undefined);
    this.call.on('status', ({ code, details }: ServiceError) => (this.end = { code, details }));
    undo.push(() => {
      this.client.close();
      this.call.cancel();
    });
  }

  hello(hello: HelloMessage = {}): this {
    const base = { run: 'digits', rank: 0, world_size: 4, session: 'session-0123456789' };
    this.call.write({ hello: { ...base, ...hello } });
    return this;
  }

  batch(sequence: number, ...steps: StepMessage[]): this {
    this.call.write({ batch: { sequence, steps } });
    return this;
  }

  /** Everything of one kind that it was told. */
  heard<Kind extends keyof ExporterMessage__Output>(kind: Kind): NonNullable<ExporterMessage__Output[Kind]>[] {
    return this.told.flatMap((message) => {
      const found = message[kind];
      return found === undefined ? [] : [found];
    });
  }

  acknowledged(): number | undefined {
    return this.heard('acknowledgement').at(-1)?.sequence;
  }
}

const soon = { timeout: 5_000, interval: 5 };

describe('Ingest over TCP', () => {
  it('welcomes a worker, takes its steps, acknowledges them, and ends with its goodbye', async () => {
    const { address, series, state } = await exporter();
    const worker = new Worker(address).hello({ framework: 'pytorch 2.9.1', gpu_uuid: 'GPU-1', node: 'node-a' });
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toEqual([
        { resume_from: 0, max_message_bytes: 65_536, exporter: 'gradwatch 0.1.0', node: 'node-a' },
      ]);
    }, soon);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['initializing', '1']);
    worker.batch(1, { step: 1, loss: 2.5, unix_nanos: 1_700_000_000_500_000_000 }, { step: 2, loss: NaN, samples: 32 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(state()).toBe('healthy');
    expect(series('gradwatch_rank_step{run="digits",rank="0"}')).toBe('2');
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('NaN');
    expect(series('gradwatch_train_nonfinite_steps_total{run="digits",rank="0"}')).toBe('1');
    expect([series('gradwatch_exporter_batches_total'), series('gradwatch_exporter_steps_total')]).toEqual(['1', '2']);
    worker.call.write({ batch: { sequence: 2, steps: [{ step: 3, loss: 1 }] } });
    worker.call.write({ goodbye: { ending: 'ENDING_FINISHED' } });
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.OK);
    }, soon);
    expect(worker.acknowledged()).toBe(2);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['finished', '0']);
  });

  it.each([
    ['ENDING_FAILED', 'failed'],
    ['ENDING_PREEMPTED', 'preempted'],
    ['ENDING_FINISHED', 'finished'],
  ] as const)('takes a goodbye with %s for %s, with its reason', async (ending, expected) => {
    const { address, state, transitions } = await exporter();
    const worker = new Worker(address).hello();
    worker.call.write({ goodbye: { ending, reason: 'out of\nmemory' } });
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.OK);
    }, soon);
    expect(state()).toBe(expected);
    expect(transitions.at(-1)?.reason).toBe('it said goodbye: out of memory');
  });

  it('takes a stream that is only closed for a lost worker', async () => {
    const { address, state } = await exporter();
    const worker = new Worker(address).hello().batch(1, { step: 1 });
    worker.call.end();
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.OK);
    }, soon);
    expect(state()).toBe('lost');
  });

  it('goes on after a reconnect where it was: duplicates are acknowledged and ignored, gaps counted', async () => {
    const { address, state, series } = await exporter();
    const first = new Worker(address).hello().batch(1, { step: 1 }).batch(2, { step: 2 });
    await vi.waitFor(() => {
      expect(first.acknowledged()).toBe(2);
    }, soon);
    first.call.cancel();
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
    const second = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(second.heard('welcome')[0]?.resume_from).toBe(2);
    }, soon);
    expect(state()).toBe('healthy');
    second.batch(2, { step: 2 });
    await vi.waitFor(() => {
      expect(second.acknowledged()).toBe(2);
    }, soon);
    second.batch(6, { step: 6 });
    await vi.waitFor(() => {
      expect(second.acknowledged()).toBe(6);
    }, soon);
    expect(series('gradwatch_exporter_duplicates_total')).toBe('1');
    expect(series('gradwatch_exporter_missing_batches_total')).toBe('3');
    expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe('3');
    expect(series('gradwatch_rank_rollbacks_total{run="digits",rank="0"}')).toBe('0');
  });

  it('lets the same session replace its own half-dead call', async () => {
    const { address, state, series } = await exporter();
    const first = new Worker(address).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(first.acknowledged()).toBe(1);
    }, soon);
    const second = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(second.heard('welcome')[0]?.resume_from).toBe(1);
      expect(first.end?.code).toBe(status.ALREADY_EXISTS);
    }, soon);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['healthy', '1']);
  });

  it('refuses a second session, and gives way to a higher attempt', async () => {
    const { address, state, series } = await exporter();
    const holder = new Worker(address).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(holder.acknowledged()).toBe(1);
    }, soon);
    const stranger = new Worker(address).hello({ session: 'session-of-stranger' });
    await vi.waitFor(() => {
      expect(stranger.end).toEqual({
        code: status.ALREADY_EXISTS,
        details:
          'another live session holds run "digits" rank 0 with attempt 0; a restarted rank must send a higher attempt',
      });
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="session_taken"}')).toBe('1');
    expect(state()).toBe('healthy');
    const successor = new Worker(address).hello({ session: 'session-of-successor', attempt: 1 });
    await vi.waitFor(() => {
      expect(successor.heard('welcome')[0]?.resume_from).toBe(0);
      expect(holder.end?.code).toBe(status.ALREADY_EXISTS);
    }, soon);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['initializing', '1']);
  });

  it('refuses runs and ranks over its limits', async () => {
    const { address, series } = await exporter();
    for (const rank of [0, 1, 2, 3])
      new Worker(address).hello({ rank, world_size: 8, session: `session-of-rank-${rank}` });
    new Worker(address).hello({ run: 'other' });
    await vi.waitFor(() => {
      expect(series('gradwatch_exporter_workers')).toBe('5');
    }, soon);
    const [rank, run] = [
      new Worker(address).hello({ rank: 4, world_size: 8 }),
      new Worker(address).hello({ run: 'third' }),
    ];
    await vi.waitFor(() => {
      expect([rank.end?.code, run.end?.code]).toEqual([status.RESOURCE_EXHAUSTED, status.RESOURCE_EXHAUSTED]);
    }, soon);
    expect(rank.end?.details).toContain('4 ranks of this run are alive on this node, the limit of runs.max_ranks');
    expect(run.end?.details).toContain('2 runs are alive, the limit of runs.max_runs');
  });

  it('tells what it left out of a batch and takes the rest', async () => {
    const { address, series } = await exporter();
    const worker = new Worker(address).hello();
    worker.batch(1, { step: 1, gradient_norm: -1, loss: 2 }, { loss: 3 }, { step: 2, gradient_norm: -2, loss: 4 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(worker.heard('refusal')).toEqual([
      {
        sequence: 1,
        reason: 'value_invalid',
        message: 'Step.gradient_norm of step 1 is -1, expected NaN, or a number not below 0; the value was left out',
      },
      {
        sequence: 1,
        reason: 'step_invalid',
        message: 'Step.step is absent, expected a whole number from 0 to 2^53 - 1; the step was left out',
      },
    ]);
    expect(series('gradwatch_exporter_refused_total{reason="value_invalid"}')).toBe('2');
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('4');
    expect(series('gradwatch_train_gradient_norm{run="digits",rank="0"}')).toBeUndefined();
  });

  it('ends the call on bytes that are no message, and serves the next one', async () => {
    const { address, series, state } = await exporter();
    const worker = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    const { path } = protocol.Telemetry.service.Report;
    const raw = worker.client.makeBidiStreamRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
    );
    undo.push(() => {
      raw.cancel();
    });
    let end: ServiceError | null = null;
    raw.on('error', (error: ServiceError) => (end = error));
    raw.on('data', () => undefined);
    raw.write(Buffer.from('ffffffffffffffffffff', 'hex'));
    await vi.waitFor(() => {
      expect(end).toMatchObject({ code: status.INVALID_ARGUMENT });
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="malformed"}')).toBe('1');
    worker.batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
  });

  it.each([
    ['somewhat', 90_000, 'is over the limit of 65536 bytes (grpc.max_message_bytes); send smaller batches', '1'],
    ['far', 300_000, 'larger than max', '0'],
  ])('refuses a message that is %s too large', async (_, bytes, details, counted) => {
    const { address, series, state } = await exporter();
    const worker = new Worker(address).hello();
    worker.call.write({ goodbye: { reason: 'x'.repeat(bytes) } });
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.RESOURCE_EXHAUSTED);
    }, soon);
    expect(worker.end?.details).toContain(details);
    expect(series('gradwatch_exporter_refused_total{reason="message_size"}')).toBe(counted);
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
  });

  it('ends bytes that are no HTTP/2, and a connection that says nothing', async () => {
    const { listening, address } = await exporter({ frozen_after: 1 });
    const sockets = [0, 1].map(() => connect(listening.address!.port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    undo.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    sockets[0]!.write('GET / HTTP/1.1\r\n\r\n'.repeat(10));
    await vi.waitFor(() => {
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    }, soon);
    const worker = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
  });

  it('ends a call that says no hello', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    undo.push(() => vi.useRealTimers());
    const { address } = await exporter({ frozen_after: 3600 });
    const [silent, worker] = [new Worker(address), new Worker(address).hello()];
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => {
      expect(silent.end).toEqual({ code: status.FAILED_PRECONDITION, details: 'no Hello came within 10 s' });
    }, soon);
    expect(worker.end).toBeNull();
  });

  it('refuses connections over the limit', async () => {
    const { address, listening, series } = await exporter({ max_connections: 1 });
    const worker = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    const socket = connect(listening.address!.port, '127.0.0.1').resume();
    await vi.waitFor(() => {
      expect(socket.destroyed).toBe(true);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="connection_limit"}')).toBe('1');
  });

  it('asks for its token where it has one', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'correct horse\n'.replace(' ', '-'));
    const { address, series, warnings } = await exporter({ token_file: file });
    const wrong = [undefined, 'Bearer wrong', 'correct-horse', 'Basic correct-horse'].map((token) =>
      new Worker(address, token).hello(),
    );
    const right = new Worker(address, 'Bearer correct-horse').hello();
    await vi.waitFor(() => {
      expect(wrong.map(({ end }) => end?.code)).toEqual(wrong.map(() => status.UNAUTHENTICATED));
      expect(right.heard('welcome')).toHaveLength(1);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="unauthenticated"}')).toBe('4');
    expect(warnings).toEqual([{ reason: 'unauthenticated' }]);
  });

  it('does not listen without the token that it is told to ask for', async () => {
    await expect(exporter({ token_file: join(folder, 'missing') })).rejects.toThrow('cannot be read');
    writeFileSync(join(folder, 'empty'), '\n');
    await expect(exporter({ token_file: join(folder, 'empty') })).rejects.toThrow('is empty');
  });

  it('names the address that it cannot have', async () => {
    const { address } = await exporter();
    await expect(exporter({ address })).rejects.toThrow(`grpc.address ${address}`);
    await expect(exporter({ address: 'nowhere' })).rejects.toThrow('expected :port, host:port');
  });
});

describe('Ingest and processes that die', () => {
  async function process(address: string): Promise<ChildProcess> {
    const child = spawn(globalThis.process.execPath, [
      fileURLToPath(new URL('fixtures/worker.cjs', import.meta.url)),
      address,
    ]);
    undo.push(() => child.kill('SIGKILL'));
    return Promise.resolve(child);
  }

  it('sees a killed worker at once as lost', async () => {
    const { address, state, transitions } = await exporter();
    const child = await process(address);
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
    child.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
    expect(transitions.at(-1)).toMatchObject({
      from: 'healthy',
      to: 'lost',
      reason: 'its stream ended without goodbye',
    });
    expect(transitions.at(-1)?.step).toBeGreaterThan(0);
  });

  it('sees a frozen worker as lost, and alive again when it goes on', async () => {
    const { address, state } = await exporter({ frozen_after: 1 });
    const child = await process(address);
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
    child.kill('SIGSTOP');
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
    child.kill('SIGCONT');
    const again = new Worker(address).hello({ session: 'session-of-process', world_size: 1 });
    await vi.waitFor(() => {
      expect(again.heard('welcome')[0]?.resume_from).toBeGreaterThan(0);
    }, soon);
    expect(state()).toBe('healthy');
  });
});

describe('Ingest over a Unix socket', () => {
  it('serves workers there, for every user who may enter the folder, and removes it at the end', async () => {
    const socket = join(folder, 'gradwatch.sock');
    const { ingest, state, listening } = await exporter({ socket, address: 'none' });
    expect(listening).toEqual({ address: null, socket });
    expect(statSync(socket).mode & 0o777).toBe(0o666);
    new Worker(`unix:${socket}`).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
    await ingest.stop(0.2);
    expect(existsSync(socket)).toBe(false);
  });

  it('removes a socket that a dead process left, never one in use, and no other file', async () => {
    const socket = join(folder, 'gradwatch.sock');
    const child = spawn(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(socket)})`,
    ]);
    await vi.waitFor(() => {
      expect(existsSync(socket)).toBe(true);
    }, soon);
    await expect(exporter({ socket })).rejects.toThrow('another process listens');
    child.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(child.signalCode).toBe('SIGKILL');
    }, soon);
    expect(existsSync(socket)).toBe(true);
    await exporter({ socket });
    const file = join(folder, 'precious');
    writeFileSync(file, 'data');
    await expect(exporter({ socket: file })).rejects.toThrow('is no socket');
    expect(existsSync(file)).toBe(true);
  });
});

describe('Ingest to workers', () => {
  const change: FindingChange = {
    change: 'opened',
    finding: {
      id: 'f1',
      kind: 'gradient_explosion',
      subject: { run: 'digits', rank: null, uuid: null },
      firstRank: 0,
      severity: 'critical',
      firstStep: 98,
      detectedStep: 100,
      lastStep: 100,
      score: 12.5,
      threshold: 10,
      baseline: 1,
      window: 50,
      cause: 'the gradient norm rose',
      advice: 'lower the learning rate',
      openedAt: 1000,
      lastEvidenceAt: 1000,
      consequenceOf: null,
      resolution: null,
      resolvedAt: null,
    },
  };

  it('tells a finding to every worker of its run and to no other', async () => {
    const { address, ingest } = await exporter();
    const workers = [
      new Worker(address).hello(),
      new Worker(address).hello({ rank: 1 }),
      new Worker(address).hello({ run: 'other' }),
    ];
    await vi.waitFor(() => {
      for (const worker of workers) expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    ingest.finding(change);
    ingest.finding({ ...change, finding: { ...change.finding, subject: { run: null, rank: null, uuid: 'GPU-1' } } });
    await vi.waitFor(() => {
      expect(workers.map((worker) => worker.heard('finding').length)).toEqual([1, 1, 0]);
    }, soon);
    expect(workers[0]!.heard('finding')[0]).toEqual({
      id: 'f1',
      change: 'CHANGE_OPENED',
      kind: 'gradient_explosion',
      severity: 'SEVERITY_CRITICAL',
      first_step: 98,
      detected_step: 100,
      score: 12.5,
      threshold: 10,
      cause: 'the gradient norm rose',
      advice: 'lower the learning rate',
    });
  });

  it('asks workers and gathers what they answer', async () => {
    const { address, ingest } = await exporter({ request_timeout: 1 });
    const supports = ['REQUEST_KIND_SCALE_LEARNING_RATE'] as const;
    const workers = [
      new Worker(address).hello({ supports: [...supports] }),
      new Worker(address).hello({ rank: 1 }),
      new Worker(address).hello({ rank: 2, supports: [...supports] }),
      new Worker(address).hello({ rank: 3, supports: [...supports] }),
    ];
    await vi.waitFor(() => {
      for (const worker of workers) expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    workers[0]!.call.on('data', ({ request }: ExporterMessage__Output) => {
      if (request === undefined) return;
      workers[0]!.call.write({ answer: { request: request.id!, result: 'RESULT_DONE', message: 'lr is 0.01' } });
    });
    workers[3]!.call.on('data', ({ request }: ExporterMessage__Output) => {
      if (request !== undefined) workers[3]!.call.cancel();
    });
    expect(await ingest.request('digits', null, 'scale_learning_rate', 0.1)).toEqual([
      { rank: 0, result: 'done', message: 'lr is 0.01' },
      { rank: 1, result: 'unsupported', message: 'the training script has not switched this kind on' },
      { rank: 2, result: 'no_answer', message: 'no answer came within 1 s' },
      { rank: 3, result: 'no_answer', message: 'the worker went away' },
    ]);
    expect(workers[0]!.heard('request')[0]).toMatchObject({ kind: 'REQUEST_KIND_SCALE_LEARNING_RATE', factor: 0.1 });
    expect(workers[1]!.heard('request')).toEqual([]);
    expect(await ingest.request('digits', 7, 'stop')).toMatchObject([{ rank: 7, result: 'not_connected' }]);
    expect(await ingest.request('unheard of', null, 'stop')).toEqual([]);
    await expect(ingest.request('digits', null, 'scale_learning_rate', 0)).rejects.toThrow(RangeError);
  });
});

describe('Ingest stopping', () => {
  it('acknowledges, ends calls with UNAVAILABLE, and leaves the state of ranks as it was', async () => {
    const { address, ingest, state, transitions } = await exporter();
    const worker = new Worker(address).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    await ingest.stop(5);
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.UNAVAILABLE);
    }, soon);
    expect([state(), transitions.length]).toEqual(['healthy', 2]);
    await ingest.stop(5);
  });

  it('cuts a connection that its peer keeps open', async () => {
    const { listening, ingest } = await exporter();
    const socket: Socket = connect(listening.address!.port, '127.0.0.1').on('error', () => undefined);
    await vi.waitFor(() => {
      expect(socket.connecting).toBe(false);
    }, soon);
    await ingest.stop(0.1);
    socket.resume();
    await vi.waitFor(() => {
      expect(socket.destroyed).toBe(true);
    }, soon);
  });
});
