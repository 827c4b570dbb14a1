// The measured process: `ours` is the whole ingest with runs and series, `bare` a grpc-js handler that decodes and acknowledges.
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { Ingest, ingestOptions } from '../../src/ingest/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { protocol, type ExporterMessage, type WorkerMessage__Output } from '../../src/protocol/index.ts';
import { Runs, runsOptions } from '../../src/runs/index.ts';
import { SeriesTable } from '../../src/series/index.ts';
import type { FromServer } from './messages.ts';

let reports = 0;

function defaults<Schema extends Parameters<typeof readConfig>[0]>(schema: Schema) {
  const read = readConfig(schema, {});
  if ('mistakes' in read) throw new Error('the defaults do not hold');
  return read.value;
}

async function ours(): Promise<number> {
  const table = new SeriesTable();
  const now = () => Date.now() / 1000;
  const runs = new Runs({
    table,
    now,
    options: defaults(runsOptions),
    listener: {
      observation: () => (reports += 1),
      transition: () => undefined,
      runEnded: () => undefined,
      rankForgotten: () => undefined,
      runForgotten: () => undefined,
    },
  });
  const options = { ...defaults(ingestOptions), address: '127.0.0.1:0', socket: 'none' };
  const ingest = new Ingest({
    table,
    runs,
    now,
    options,
    exporter: 'bench',
    node: 'bench',
    tls: null,
    log: { warn: () => undefined },
  });
  const { address } = await ingest.start();
  return address?.port ?? NaN;
}

async function bare(): Promise<number> {
  const server = new Server({ 'grpc.enable_channelz': 0 });
  server.addService(protocol.Telemetry.service, {
    Report: (call: ServerDuplexStream<WorkerMessage__Output, ExporterMessage>) => {
      call.on('data', ({ batch }: WorkerMessage__Output) => {
        if (batch?.sequence === undefined) return;
        reports += batch.steps?.length ?? 0;
        call.write({ acknowledgement: { sequence: batch.sequence } });
      });
      call.on('end', () => {
        call.end();
      });
    },
  });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function tell(message: FromServer): void {
  process.send?.(message);
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  tell({ cpuMicroseconds: user + system, reports });
});
tell({ port: await (process.argv[2] === 'ours' ? ours() : bare()) });
