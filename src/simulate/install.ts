import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeControl, type Control } from './control.ts';

/** A stand-in nvidia-smi that lies ready to be run. */
export interface StandIn {
  /** The program, named `nvidia-smi`. */
  readonly path: string;
  /** Changes what it plays, from its next beat on. What is not named falls back to its default. */
  readonly play: (control: Partial<Control>) => void;
}

/**
 * Writes a program `nvidia-smi` and its control file into a folder.
 * @param script the built stand-in, dist/simulate/nvidia-smi.js
 */
export function installStandIn(folder: string, script: string, control: Partial<Control> = {}): StandIn {
  const [path, controlPath] = [join(folder, 'nvidia-smi'), join(folder, 'nvidia-smi.json')];
  writeControl(controlPath, control);
  const quoted = [controlPath, process.execPath, script].map((text) => `'${text.replaceAll("'", `'\\''`)}'`);
  writeFileSync(
    path,
    `#!/bin/sh\nGRADWATCH_SIMULATE_CONTROL=${quoted[0] ?? ''} exec ${quoted.slice(1).join(' ')} "$@"\n`,
  );
  chmodSync(path, 0o755);
  return {
    path,
    play: (next) => {
      writeControl(controlPath, next);
    },
  };
}
