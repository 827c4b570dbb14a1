import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { Gauge, Registry } from 'prom-client';
import {
  protocol,
  type Batch,
  type ExporterMessage,
  type Hello,
  type SingleReport,
  type SingleReportAnswer,
  type WorkerMessage__Output,
} from '../../src/protocol/index.ts';
import { fullStep, type Started } from './messages.ts';

/** Takes the batch of a worker. */
type Take = (hello: Hello, batch: Batch) => void;

/** A grpc-js handler that decodes and acknowledges, and counts. */
export async function serveBare(count: (reports: number) => void): Promise<Started> {
  const port = await listen((_, { steps = [] }) => {
    count(steps.length);
  });
  return { port, metrics: null };
}

/** The same that sets a gauge of prom-client for each value of each report, and is scraped. */
export async function servePromClient(count: (reports: number) => void): Promise<Started> {
  const registry = new Registry();
  const { step: _, unix_nanos: __, skipped: ___, ...values } = fullStep(1);
  const gauges = new Map(
    Object.keys(values).map((name) => [
      name,
      new Gauge({ name: `train_${name}`, help: name, labelNames: ['run', 'rank'], registers: [registry] }),
    ]),
  );
  const port = await listen(({ run = '', rank = 0 }, { steps = [] }) => {
    const labels = { run, rank };
    for (const step of steps) {
      for (const [name, value] of Object.entries(step)) {
        if (typeof value === 'number') gauges.get(name)?.set(labels, value);
      }
    }
    count(steps.length);
  });
  const server = createServer((_request, response) => {
    void registry.metrics().then((text) => response.end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port, metrics: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics` };
}

function listen(take: Take): Promise<number> {
  const server = new Server({ 'grpc.enable_channelz': 0 });
  server.addService(protocol.Telemetry.service, {
    Report: (call: ServerDuplexStream<WorkerMessage__Output, ExporterMessage>) => {
      let said: Hello = {};
      call.on('data', ({ hello, batch }: WorkerMessage__Output) => {
        said = hello ?? said;
        if (batch?.sequence === undefined) return;
        take(said, batch);
        call.write({ acknowledgement: { sequence: batch.sequence } });
      });
      call.on('end', () => {
        call.end();
      });
    },
    ReportOnce: (
      { request: { hello = {}, batch = {} } }: ServerUnaryCall<SingleReport, SingleReportAnswer>,
      answer: sendUnaryData<SingleReportAnswer>,
    ) => {
      take(hello, batch);
      answer(null, { acknowledgement: { sequence: batch.sequence ?? 0 } });
    },
  });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
