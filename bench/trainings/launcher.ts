import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../test/support/program.ts';
import type { Plan } from './plan.ts';

const python = resolve(import.meta.dirname, '../../python');

/** A training while it runs, and what its ranks told of themselves. */
export interface Training {
  readonly plan: Plan;
  /** How each rank ended: its exit code, below 0 the signal. */
  readonly exits: Map<number, number>;
  /** When the process of the fault was killed or frozen, Unix seconds. */
  signalled: number | null;
  /** The step of the lowest validation loss, and how far above it the last one was, as a share of it. */
  best: { readonly step: number; readonly risen: number } | null;
}

type Line =
  | { readonly run: string; readonly rank: number; readonly exit: number }
  | { readonly run: string; readonly signalled: number }
  | { readonly run: string; readonly best: number; readonly risen: string };

/** The process of launch.py, which starts the ranks of trainings. */
export class Launcher {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exporterAddress: string;
  readonly #trainings = new Map<string, Training>();
  #errors = '';

  /** @param interpreter a Python with PyTorch */
  constructor(interpreter: string, exporterAddress: string) {
    this.#exporterAddress = exporterAddress;
    this.#child = spawn(interpreter, [join(import.meta.dirname, 'launch.py')], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PYTHONPATH: python, OMP_NUM_THREADS: '1' },
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-20_000);
    });
    createInterface(this.#child.stdout).on('line', (line) => {
      this.#take(JSON.parse(line) as Line);
    });
  }

  /** What was printed as an error last. */
  get errors(): string {
    return this.#errors;
  }

  async start(plan: Plan): Promise<Training> {
    const training: Training = { plan, exits: new Map(), signalled: null, best: null };
    this.#trainings.set(plan.run, training);
    const port = await freePort();
    const environments = Array.from({ length: plan.ranks }, (_, rank) => ({
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: String(plan.ranks),
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: String(port),
      GRADWATCH_RUN: plan.run,
      GRADWATCH_ADDRESS: this.#exporterAddress,
    }));
    this.#order({ start: plan, environments });
    return training;
  }

  /** Kills what is left of a training. */
  kill({ plan }: Training): void {
    this.#order({ kill: plan.run });
  }

  /** The ranks end with it. */
  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exited;
  }

  #order(order: object): void {
    if (this.#child.exitCode !== null)
      throw new Error(`launch.py ended with ${this.#child.exitCode}:\n${this.#errors}`);
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  #take(line: Line): void {
    const training = this.#trainings.get(line.run);
    if (training === undefined) return;
    if ('exit' in line) training.exits.set(line.rank, line.exit);
    else if ('signalled' in line) training.signalled = line.signalled;
    else training.best = { step: line.best, risen: Number(line.risen) };
  }
}
