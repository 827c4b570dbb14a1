import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Fault } from './faults.ts';
import type { ModelName } from './models/index.ts';

/** What the stand-in plays, as its control file says. It is read again before every answer. */
export interface Control {
  readonly model: ModelName;
  /** 1 to 16. */
  readonly gpus: number;
  readonly seed: number;
  /** null: the one that fits the model. */
  readonly driver: string | null;
  /** An ISO time at which the clock of the machine stands still; null: it runs. */
  readonly time: string | null;
  /** Process ids that the GPUs show, one each; by default made up. */
  readonly pids: readonly number[];
  /** Names of these processes, printed as they are. */
  readonly names: readonly string[];
  /** A folder with the output of a real machine, to be repeated in place of a simulated one. */
  readonly replay: string | null;
  /** Which of the states in that folder: `load`, `idle`, `lost`, … as its files or folders are named. */
  readonly state: string | null;
  readonly faults: readonly Fault[];
}

export const defaultControl: Control = {
  model: 'h100',
  gpus: 8,
  seed: 1,
  driver: null,
  time: null,
  pids: [],
  names: [],
  replay: null,
  state: null,
  faults: [],
};

/** A control together with the Unix time at which it began to hold. */
export interface Played {
  readonly control: Control;
  readonly since: number;
}

/** Reads the control file. Without one, or while it is being written, `last` stands. */
export function readControl(path: string | undefined, last: Played = { control: defaultControl, since: 0 }): Played {
  if (path === undefined) return last;
  try {
    const control = { ...defaultControl, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<Control>) };
    return { control, since: statSync(path).mtimeMs / 1000 };
  } catch {
    return last;
  }
}

/** Replaces the control file as a whole, so that a reader never sees half of it. */
export function writeControl(path: string, control: Partial<Control>): void {
  writeFileSync(`${path}.new`, JSON.stringify(control));
  renameSync(`${path}.new`, path);
}
