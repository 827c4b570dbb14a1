import type { OwnArguments } from './configuration.ts';

/** One command of the program: a file in this folder, and a line in `index.ts`. */
export interface Command extends OwnArguments {
  readonly name: string;
  /** One clause for `gradwatch --help`. */
  readonly summary: string;
  /** Does the work and gives the exit code: 0 done, 1 failed, 2 called wrongly. */
  readonly run: (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;
}

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
