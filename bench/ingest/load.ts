// The load: one connection and one stream for each rank, batches encoded before they are sent, so that sending costs little.
import { credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { protocol, type ExporterMessage__Output } from '../../src/protocol/index.ts';
import { fullStep, type FromLoad, type ToLoad } from './messages.ts';

const [port, connections, reportsPerBatch, batches] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];
const { Report } = protocol.Telemetry.service;

class Stream {
  readonly #call: ClientDuplexStream<Buffer, ExporterMessage__Output>;
  #encoded: Buffer[] = [];
  #sequence = 0;
  #acknowledged = 0;
  #done: () => void = () => undefined;

  constructor(rank: number) {
    const client = new protocol.Telemetry(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#call = client.makeBidiStreamRequest<Buffer, ExporterMessage__Output>(
      Report.path,
      (bytes) => bytes,
      (bytes) => Report.responseDeserialize(bytes),
    );
    this.#call.on('data', ({ acknowledgement }: ExporterMessage__Output) => {
      this.#acknowledged = acknowledgement?.sequence ?? this.#acknowledged;
      if (this.#acknowledged === this.#sequence) this.#done();
    });
    const hello = { run: 'bench', rank, world_size: connections, session: `session-of-rank-${rank}` };
    this.#call.write(Report.requestSerialize({ hello }));
  }

  prepare(): void {
    this.#encoded = Array.from({ length: batches }, () => {
      const first = this.#sequence * reportsPerBatch;
      this.#sequence += 1;
      const steps = Array.from({ length: reportsPerBatch }, (_, at) => fullStep(first + at));
      return Report.requestSerialize({ batch: { sequence: this.#sequence, steps } });
    });
  }

  async send(): Promise<void> {
    const done = new Promise<void>((resolve) => (this.#done = resolve));
    for (const bytes of this.#encoded) {
      if (!this.#call.write(bytes)) await new Promise((resolve) => this.#call.once('drain', resolve));
    }
    await done;
  }
}

const streams = Array.from({ length: connections }, (_, rank) => new Stream(rank));
const tell = (message: FromLoad) => process.send?.(message);

process.on('message', (message: ToLoad) => {
  if (message === 'prepare') {
    for (const stream of streams) stream.prepare();
    tell('prepared');
  } else {
    void Promise.all(streams.map((stream) => stream.send())).then(() => tell('sent'));
  }
});
