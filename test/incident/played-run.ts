import { credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import {
  protocol,
  type ExporterMessage__Output,
  type HelloMessage,
  type StepMessage,
  type TelemetryClient,
  type WorkerMessage,
} from '../../src/protocol/index.ts';
import type { SimulatedNode } from '../faults/simulated-node.ts';
import { eventually } from '../support/program.ts';

/** What a rank tells of one step beside its number and time. */
export type Told = Pick<
  StepMessage,
  'loss' | 'gradient_norm' | 'step_seconds' | 'collective_wait_seconds' | 'data_wait_seconds'
>;

/** Steps of a batch: fewer than the board of steps waits for, so that no rank is left behind. */
const batchSteps = 10;

/** A rank that reports over a stream of its own. */
class PlayedRank {
  readonly #client: TelemetryClient;
  readonly #call: ClientDuplexStream<WorkerMessage, ExporterMessage__Output>;
  greeted = false;
  acknowledged = -1;

  constructor(address: string, hello: HelloMessage) {
    this.#client = new protocol.Telemetry(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#call = this.#client.Report();
    this.#call.on('data', ({ welcome, acknowledgement }: ExporterMessage__Output) => {
      this.greeted ||= welcome !== undefined;
      this.acknowledged = acknowledgement?.sequence ?? this.acknowledged;
    });
    this.#call.on('error', () => undefined);
    this.#call.write({ hello });
  }

  report(sequence: number, steps: StepMessage[]): void {
    this.#call.write({ batch: { sequence, steps } });
  }

  /** Without a goodbye. */
  kill(): void {
    this.#call.cancel();
    this.#client.close();
  }
}

/** The ranks of one data-parallel run on a node, each on a GPU of its own, over real streams. */
export class PlayedRun {
  readonly name: string;
  readonly gpus: readonly string[];
  readonly #ranks: readonly PlayedRank[];
  readonly #node: SimulatedNode;
  #sequence = 0;
  /** The next step. */
  step = 0;

  private constructor(node: SimulatedNode, name: string, gpus: readonly string[], ranks: readonly PlayedRank[]) {
    this.#node = node;
    this.name = name;
    this.gpus = gpus;
    this.#ranks = ranks;
  }

  /** @param hello what a rank says of itself beside its run and rank; by default the GPU of its number */
  static async join(node: SimulatedNode, name: string, hello: (rank: number, uuid: string) => HelloMessage = named) {
    const gpus = await eventually(
      'the GPUs of the stand-in',
      async () => {
        const uuids = (await node.scrape()).flatMap(
          (sample) => /^gradwatch_gpu_info{uuid="([^"]+)"/.exec(sample)?.[1] ?? [],
        );
        return uuids.length === 8 ? uuids : undefined;
      },
      { timeoutSeconds: 60 },
    );
    const ranks = gpus.map(
      (uuid, rank) =>
        new PlayedRank(node.address, {
          ...{ run: name, rank, world_size: 8, session: `session-${name}-${rank}-0123456789` },
          ...hello(rank, uuid),
        }),
    );
    const run = new PlayedRun(node, name, gpus, ranks);
    await eventually('the ranks to be greeted', () => ranks.every(({ greeted }) => greeted) || undefined);
    return run;
  }

  /** All ranks of `who` take steps, and the exporter has them. */
  async train(steps: number, told: (rank: number, step: number) => Told, who = this.#ranks.map((_, rank) => rank)) {
    for (const end = this.step + steps; this.step < end;) {
      const batch = Array.from({ length: Math.min(batchSteps, end - this.step) }, (_, at) => this.step + at);
      this.#sequence += 1;
      const now = Date.now() / 1000;
      for (const rank of who) {
        const messages = batch.map((step): StepMessage => {
          const values = told(rank, step);
          const late = (batch.length - 1 - (step - this.step)) * 0.01;
          return { step, unix_nanos: Math.round((now - late) * 1e6) * 1e3, ...values };
        });
        this.#ranks[rank]?.report(this.#sequence, messages);
      }
      this.step += batch.length;
      await eventually(
        'the batch to be acknowledged',
        () => who.every((rank) => (this.#ranks[rank]?.acknowledged ?? -1) >= this.#sequence) || undefined,
      );
    }
  }

  /** The process of a rank is gone without a word. */
  kill(rank: number): void {
    this.#ranks[rank]?.kill();
  }

  leave(): void {
    for (const rank of this.#ranks) rank.kill();
  }

  /** What is open of this run and of the machine. */
  async open() {
    const findings = await this.#node.findings();
    return findings.filter(
      ({ resolution, subject: { run } }) => resolution === null && (run === null || run === this.name),
    );
  }

  /** Of those, what the shipped alerts would tell somebody. */
  async notifying() {
    return (await this.open()).filter(({ severity, consequenceOf }) => severity !== 'info' && consequenceOf === null);
  }

  /** An open finding, once there is one. */
  finding(kind: string, rank: number | null = null) {
    return eventually(
      `${kind} to be found`,
      async () =>
        (await this.open()).find((each) => each.kind === kind && (rank === null || each.subject.rank === rank)),
      { timeoutSeconds: 60 },
    );
  }
}

function named(_: number, uuid: string): HelloMessage {
  return { gpu_uuid: uuid };
}
