import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort, Program } from '../../support/program.ts';

const root = resolve(import.meta.dirname, '../../..');

/** What a script of this folder wrote down of a step: fields of a Step, and extras. */
export interface Recorded {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
  readonly extras: Readonly<Record<string, number>>;
}

/** One process of a training, and what it wrote down of itself. */
export class Rank {
  readonly run: string;
  readonly rank: number;
  readonly program: Program;
  readonly #path: string;

  constructor(run: string, rank: number, program: Program, path: string) {
    this.run = run;
    this.rank = rank;
    this.program = program;
    this.#path = path;
  }

  /** So far; a line that is still being written is left out. */
  steps(): readonly Recorded[] {
    return this.#lines().slice(1) as Recorded[];
  }

  /** What it was trained with; null before it began. */
  by(): string | null {
    return (this.#lines()[0] as { readonly by: string } | undefined)?.by ?? null;
  }

  #lines(): readonly unknown[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as unknown);
  }
}

/** Starts the ranks of a training, each with the environment that torchrun gives it, and the script's --run and --record. */
export async function startRanks(options: {
  readonly run: string;
  readonly count: number;
  /** Where records are written. */
  readonly folder: string;
  readonly exporterAddress: string;
  /** Program and script, with its other arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
}): Promise<readonly Rank[]> {
  const { run, count, folder, exporterAddress, command, env = {} } = options;
  const port = await freePort();
  const [program, ...args] = command;
  return Array.from({ length: count }, (_, rank) => {
    const record = join(folder, `${run}-${rank}.jsonl`);
    const started = new Program(`${run}[${rank}]`, program, [...args, '--run', run, '--record', record], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PYTHONPATH: join(root, 'python'),
        OMP_NUM_THREADS: '1',
        RANK: String(rank),
        LOCAL_RANK: String(rank),
        WORLD_SIZE: String(count),
        MASTER_ADDR: '127.0.0.1',
        MASTER_PORT: String(port),
        TORCHELASTIC_RUN_ID: run,
        GRADWATCH_ADDRESS: exporterAddress,
        ...env,
      },
    });
    return new Rank(run, rank, started, record);
  });
}
