import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort, Program } from '../support/program.ts';

const root = resolve(import.meta.dirname, '../..');

export interface StepRecord {
  readonly event: 'step';
  readonly time: number;
  readonly step: number;
  readonly loss: number;
  readonly gradient_norm: number;
  readonly learning_rate: number;
  readonly step_seconds: number;
  readonly samples: number;
}

export type RecordLine =
  | StepRecord
  | { readonly event: 'fault' | 'restored' | 'finished'; readonly time: number; readonly step: number }
  | {
      readonly event: 'finding';
      readonly time: number;
      readonly id: string;
      readonly kind: string;
      readonly severity: string;
      readonly change: string;
    };

/** A data-parallel training of digits.py in two processes that talk through gloo. */
export class Training {
  readonly run: string;
  readonly ranks: readonly Program[];
  readonly #folder: string;

  private constructor(run: string, folder: string, ranks: readonly Program[]) {
    this.run = run;
    this.#folder = folder;
    this.ranks = ranks;
  }

  static async start(
    run: string,
    options: {
      readonly python: string;
      readonly folder: string;
      readonly exporterAddress: string;
      readonly gpus: readonly string[];
      readonly steps: number;
      readonly stepSeconds: number;
      readonly faultStep?: number;
    },
  ): Promise<Training> {
    const port = await freePort();
    const ranks = [0, 1].map((rank) => {
      const args = [
        join(root, 'test/e2e/digits.py'),
        ...['--run', run, '--steps', String(options.steps), '--step-seconds', String(options.stepSeconds)],
        ...(options.faultStep === undefined ? [] : ['--fault-step', String(options.faultStep)]),
        ...['--record', recordPath(options.folder, run, rank)],
      ];
      return new Program(`${run}[${rank}]`, options.python, args, {
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          PYTHONPATH: join(root, 'python'),
          RANK: String(rank),
          LOCAL_RANK: String(rank),
          WORLD_SIZE: '2',
          MASTER_ADDR: '127.0.0.1',
          MASTER_PORT: String(port),
          GRADWATCH_ADDRESS: options.exporterAddress,
          CUDA_VISIBLE_DEVICES: options.gpus.join(','),
        },
      });
    });
    return new Training(run, options.folder, ranks);
  }

  /** What a rank wrote down of itself so far; a line that is still being written is left out. */
  record(rank: number): readonly RecordLine[] {
    const lines = readFileSync(recordPath(this.#folder, this.run, rank), 'utf8')
      .split('\n')
      .slice(0, -1);
    // Python writes NaN and infinities as bare words.
    return lines.map((line) => JSON.parse(line.replaceAll(/-?\b(NaN|Infinity)\b/g, 'null')) as RecordLine);
  }

  event(
    rank: number,
    name: 'fault' | 'restored' | 'finished',
  ): { readonly time: number; readonly step: number } | undefined {
    return this.record(rank).find((line) => line.event === name) as { time: number; step: number } | undefined;
  }

  steps(rank: number): readonly StepRecord[] {
    return this.record(rank).filter((line) => line.event === 'step');
  }

  async stop(): Promise<void> {
    await Promise.all(this.ranks.map((rank) => rank.stop()));
  }
}

function recordPath(folder: string, run: string, rank: number): string {
  return join(folder, `${run}-${rank}.jsonl`);
}
