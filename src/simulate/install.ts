import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultControl, writeControl, type Control } from './control.ts';
import { logXid } from './kernel-log.ts';
import { gpus } from './machine.ts';
import { models } from './models/index.ts';

/** A stand-in nvidia-smi that lies ready to be run, and the kernel log beside it. */
export interface StandIn {
  /** The program, named `nvidia-smi`. */
  readonly path: string;
  /** The control file. */
  readonly control: string;
  /** A file in the format of /dev/kmsg, empty at first. */
  readonly kernelLog: string;
  /** Changes what it plays, from its next beat on. What is not named falls back to its default. */
  readonly play: (control: Partial<Control>) => void;
  /** Lets the kernel tell of an Xid error of a GPU of the machine that is played. */
  readonly xid: (gpu: number, code: number, text: string) => void;
}

/**
 * Writes a program `nvidia-smi`, its control file `nvidia-smi.json` and a kernel log `kmsg` into a folder.
 * @param script the built stand-in, dist/simulate/nvidia-smi.js
 */
export function installStandIn(folder: string, script: string, control: Partial<Control> = {}): StandIn {
  const [path, controlPath, kernelLog] = ['nvidia-smi', 'nvidia-smi.json', 'kmsg'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  let played = control;
  writeControl(controlPath, control);
  writeFileSync(kernelLog, '');
  const quoted = [controlPath, process.execPath, script].map((text) => `'${text.replaceAll("'", `'\\''`)}'`);
  writeFileSync(
    path,
    `#!/bin/sh\nGRADWATCH_SIMULATE_CONTROL=${quoted[0] ?? ''} exec ${quoted.slice(1).join(' ')} "$@"\n`,
  );
  chmodSync(path, 0o755);
  return {
    path,
    control: controlPath,
    kernelLog,
    play: (next) => {
      played = next;
      writeControl(controlPath, next);
    },
    xid: (index, code, text) => {
      const { model, gpus: count, seed } = { ...defaultControl, ...played };
      const gpu = gpus(models[model], count, seed)[index];
      if (gpu === undefined) throw new Error(`the simulated machine has no GPU ${index}: it has ${count}`);
      logXid(kernelLog, gpu, code, text);
    },
  };
}
