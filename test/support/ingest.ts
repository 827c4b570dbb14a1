import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  credentials,
  Metadata,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ServiceError,
  type status,
} from '@grpc/grpc-js';
import { onTestFinished, vi } from 'vitest';
import { Ingest, type IngestOptions } from '../../src/ingest/index.ts';
import { asksForTls, TlsFiles } from '../../src/listen/index.ts';
import {
  protocol,
  type ExporterMessage__Output,
  type HelloMessage,
  type StepMessage,
  type TelemetryClient,
  type WorkerMessage,
} from '../../src/protocol/index.ts';
import { Runs, type RankTransition } from '../../src/runs/index.ts';
import { expose, SeriesTable } from '../../src/series/index.ts';
import { runsDefaults } from './runs-options.ts';

const defaults: IngestOptions = {
  address: '127.0.0.1:0',
  tls: { cert_file: undefined, key_file: undefined, client_ca_file: undefined, require_client_certificate: true },
  socket: 'none',
  token_file: undefined,
  max_message_bytes: 65_536,
  max_connections: 100,
  max_steps_per_second: 5_000,
  reflection: false,
  frozen_after: 15,
  request_timeout: 5,
};

/** Takes what is done when the test is over, last first. */
export function undo(step: () => unknown): void {
  onTestFinished(async () => {
    await step();
  });
}

/** A folder that goes with the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-ingest-'));
  undo(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** The gRPC service with the runs behind it, on a free port. */
export async function exporter(options: Partial<IngestOptions> = {}) {
  const table = new SeriesTable();
  const transitions: RankTransition[] = [];
  const now = () => Date.now() / 1000;
  const runs = new Runs({
    table,
    now,
    hold: () => 120,
    options: { ...runsDefaults, max_runs: 2, max_ranks: 4 },
    listener: {
      observation: () => undefined,
      transition: (transition) => transitions.push(transition),
      runEnded: () => undefined,
      rankForgotten: () => undefined,
      runForgotten: () => undefined,
    },
  });
  const configured = { ...defaults, ...options };
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const ingest = new Ingest({
    table,
    runs,
    now,
    options: configured,
    tls: asksForTls(configured.tls) ? new TlsFiles('grpc.tls', configured.tls, log) : null,
    log,
    exporter: 'gradwatch 0.1.0',
    node: 'node-a',
  });
  const listening = await ingest.start();
  undo(() => ingest.stop(0.2));
  return {
    runs,
    ingest,
    transitions,
    log,
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
export class Worker {
  readonly client: TelemetryClient;
  readonly call: ClientDuplexStream<WorkerMessage, ExporterMessage__Output>;
  readonly told: ExporterMessage__Output[] = [];
  /** How the call ended. */
  end: { readonly code: status; readonly details: string } | null = null;

  constructor(address: string, token?: string, by: ChannelCredentials = credentials.createInsecure()) {
    this.client = new protocol.Telemetry(address, by, {
      'grpc.use_local_subchannel_pool': 1,
    });
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', token);
    this.call = this.client.Report(metadata);
    this.call.on('data', (message: ExporterMessage__Output) => this.told.push(message));
    this.call.on('error', () => undefined);
    this.call.on('status', ({ code, details }: ServiceError) => (this.end = { code, details }));
    undo(() => {
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

export const soon = { timeout: 20_000, interval: 5 };
