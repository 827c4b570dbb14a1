/** One command of the program: a file in this folder, and a line in `index.ts`. */
export interface Command {
  readonly name: string;
  /** One clause for `gradwatch --help`. */
  readonly summary: string;
  /** Flags without a value beside the options of the configuration, without their dashes. */
  readonly switches?: readonly string[];
  /** Does the work and gives the exit code: 0 done, 1 failed, 2 called wrongly. */
  readonly run: (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;
}

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
