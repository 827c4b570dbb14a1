import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { protocol } from '../../src/protocol/index.ts';
import type { ExporterMessage, Step, WorkerMessage__Output } from '../../src/protocol/index.ts';

export type WorkerStream = ServerDuplexStream<WorkerMessage__Output, ExporterMessage>;

/** What an exporter does with a message of a worker. */
export type Behaviour = (message: WorkerMessage__Output, stream: WorkerStream, service: TelemetryService) => void;

/**
 * The exporter's end of `gradwatch.v1.Telemetry` over a real port: writes down everything that workers say and behaves as it is told.
 */
export class TelemetryService {
  readonly received: WorkerMessage__Output[] = [];
  readonly streams: WorkerStream[] = [];
  readonly metadata: Record<string, unknown>[] = [];
  address = '';
  behave: Behaviour;
  #server: Server | undefined;

  constructor(behave: Behaviour = obliging) {
    this.behave = behave;
  }

  /** Listens, on the port of before after a stop. */
  async start(): Promise<void> {
    const server = new Server();
    server.addService(protocol.Telemetry.service, {
      Report: (stream: WorkerStream) => {
        this.streams.push(stream);
        this.metadata.push(stream.metadata.getMap());
        stream.on('data', (message: WorkerMessage__Output) => {
          this.received.push(message);
          this.behave(message, stream, this);
        });
        stream.on('error', () => undefined);
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(this.address || '127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    this.address ||= `127.0.0.1:${port}`;
    this.#server = server;
  }

  /** Cuts every connection, as a process that dies does. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  get hellos() {
    return this.received.flatMap(({ hello }) => hello ?? []);
  }

  get batches() {
    return this.received.flatMap(({ batch }) => batch ?? []);
  }

  get goodbyes() {
    return this.received.flatMap(({ goodbye }) => goodbye ?? []);
  }

  get answers() {
    return this.received.flatMap(({ answer }) => answer ?? []);
  }

  /** The steps of all batches, each sequence once, in the order of their sequences. */
  get steps(): Step[] {
    const bySequence = new Map(this.batches.map((batch) => [batch.sequence ?? 0, batch.steps ?? []]));
    return [...bySequence].sort(([a], [b]) => a - b).flatMap(([, steps]) => steps);
  }

  get lastSequence(): number {
    return Math.max(0, ...this.batches.map(({ sequence }) => sequence ?? 0));
  }
}

/** Greets, acknowledges at once, after a goodbye acknowledges all that it has and ends the call. */
export const obliging: Behaviour = (message, stream, service) => {
  if (message.hello) stream.write({ welcome: { resume_from: service.lastSequence, max_message_bytes: 65_536 } });
  if (message.batch) stream.write({ acknowledgement: { sequence: message.batch.sequence ?? 0 } });
  if (message.goodbye) {
    stream.write({ acknowledgement: { sequence: service.lastSequence } });
    stream.end();
  }
};
