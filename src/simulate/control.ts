import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Fault } from './faults.ts';

/** What the stand-in plays, as its control file says. The machine is read at the start, the faults at every beat. */
export interface Control {
  /** 1 to 16. */
  readonly gpus: number;
  readonly seed: number;
  readonly driver: string;
  readonly faults: readonly Fault[];
}

export const defaultControl: Control = { gpus: 8, seed: 1, driver: '590.48.01', faults: [] };

/** Reads the control file. Without one, or while it is being written, `last` stands. */
export function readControl(path: string | undefined, last: Control = defaultControl): Control {
  if (path === undefined) return last;
  try {
    return { ...defaultControl, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<Control>) };
  } catch {
    return last;
  }
}

/** Replaces the control file as a whole, so that a reader never sees half of it. */
export function writeControl(path: string, control: Partial<Control>): void {
  writeFileSync(`${path}.new`, JSON.stringify(control));
  renameSync(`${path}.new`, path);
}
