// The load: load.ts PORT MODE WORKERS REPORTS BATCHES. One connection for each rank; batches are encoded before they are sent, so that
// sending costs little.
import { credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import {
  protocol,
  type ExporterMessage__Output,
  type SingleReportAnswer,
  type TelemetryClient,
} from '../../src/protocol/index.ts';
import { fullStep, ranksPerRun, type FromLoad, type Mode, type ToLoad } from './messages.ts';

const [port, mode] = [Number(process.argv[2]), process.argv[3] as Mode];
const [workers, reportsPerBatch, batches] = process.argv.slice(4).map(Number) as [number, number, number];
const { Report, ReportOnce } = protocol.Telemetry.service;
const same = (bytes: Buffer): Buffer => bytes;

/** One rank: what it says, encoded, and how it says it. */
abstract class LoadWorker {
  protected readonly client: TelemetryClient;
  protected readonly hello;
  protected sequence = 0;
  protected encoded: Buffer[] = [];

  constructor(index: number) {
    this.client = new protocol.Telemetry(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const [run, rank] = [Math.floor(index / ranksPerRun), index % ranksPerRun];
    this.hello = { run: `bench ${run}`, rank, world_size: ranksPerRun, session: `session-of-worker-${index}` };
  }

  prepare(): void {
    this.encoded = Array.from({ length: batches }, () => {
      const first = this.sequence * reportsPerBatch;
      this.sequence += 1;
      const steps = Array.from({ length: reportsPerBatch }, (_, at) => fullStep(first + at));
      return this.encode({ sequence: this.sequence, steps });
    });
  }

  protected abstract encode(batch: object): Buffer;
  /** Settles when everything is acknowledged. */
  abstract send(): Promise<void>;
}

class StreamWorker extends LoadWorker {
  readonly #call: ClientDuplexStream<Buffer, ExporterMessage__Output>;
  #acknowledged = 0;
  #done: () => void = () => undefined;

  constructor(index: number) {
    super(index);
    this.#call = this.client.makeBidiStreamRequest<Buffer, ExporterMessage__Output>(Report.path, same, (bytes) =>
      Report.responseDeserialize(bytes),
    );
    this.#call.on('data', ({ acknowledgement }: ExporterMessage__Output) => {
      this.#acknowledged = acknowledgement?.sequence ?? this.#acknowledged;
      if (this.#acknowledged === this.sequence) this.#done();
    });
    this.#call.write(Report.requestSerialize({ hello: this.hello }));
  }

  protected encode(batch: object): Buffer {
    return Report.requestSerialize({ batch });
  }

  async send(): Promise<void> {
    const done = new Promise<void>((resolve) => (this.#done = resolve));
    for (const bytes of this.encoded) {
      if (!this.#call.write(bytes)) await new Promise((resolve) => this.#call.once('drain', resolve));
    }
    await done;
  }
}

class UnaryWorker extends LoadWorker {
  protected encode(batch: object): Buffer {
    return ReportOnce.requestSerialize({ hello: this.hello, batch });
  }

  async send(): Promise<void> {
    for (const bytes of this.encoded) {
      await new Promise<void>((resolve, reject) => {
        const read = (answer: Buffer): SingleReportAnswer => ReportOnce.responseDeserialize(answer);
        this.client.makeUnaryRequest(ReportOnce.path, same, read, bytes, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    }
  }
}

const all = Array.from({ length: workers }, (_, index) =>
  mode === 'stream' ? new StreamWorker(index) : new UnaryWorker(index),
);
const tell = (message: FromLoad) => process.send?.(message);

process.on('message', (message: ToLoad) => {
  if (message === 'prepare') {
    for (const worker of all) worker.prepare();
    tell('prepared');
  } else {
    void Promise.all(all.map((worker) => worker.send())).then(() => tell('sent'));
  }
});
