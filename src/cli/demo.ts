import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStandIn, modelNames, mostGpus, type Control } from '../simulate/index.ts';
import { exitCodes, type Command } from './command.ts';
import { serve } from './serve.ts';

const usage = `Usage: gradwatch demo [--model=NAME] [--gpus=N] [--replay=FOLDER] [OPTIONS]

Runs the exporter on GPUs that do not exist. Faults are played by writing the control file that it names.

  --model=NAME
      One of ${modelNames.join(', ')}; default h100
  --gpus=N
      1 to ${mostGpus}; default 8
  --replay=FOLDER
      Repeats what a real nvidia-smi printed, in place of simulated GPUs

OPTIONS are those of gradwatch serve.
`;

/** The built stand-in beside this file. */
const script = fileURLToPath(new URL('../simulate/nvidia-smi.js', import.meta.url));

export const demo: Command = {
  name: 'demo',
  summary: 'runs the exporter on simulated GPUs, whose faults are played on command',
  run: async (args, environment) => {
    if (args.includes('--help')) {
      process.stdout.write(usage);
      return exitCodes.done;
    }
    const machine = machineOf(args);
    if ('error' in machine) {
      process.stderr.write(`gradwatch: ${machine.error}\n`);
      return exitCodes.usage;
    }
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-demo-'));
    try {
      const { path, control, kernelLog } = installStandIn(folder, script, machine.control);
      process.stdout.write(`nvidia-smi    ${path}\ncontrol file  ${control}\nkernel log    ${kernelLog}\n`);
      return await serve.run([`--gpu.program=${path}`, `--xid.kmsg=${kernelLog}`, ...machine.rest], environment);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** The simulated machine, and the arguments that are not about it. */
function machineOf(
  args: readonly string[],
): { readonly control: Partial<Control>; readonly rest: readonly string[] } | { readonly error: string } {
  let control: Partial<Control> = {};
  const rest: string[] = [];
  for (const arg of args) {
    const [, name, value = ''] = /^--(model|gpus|replay)=(.*)$/.exec(arg) ?? [];
    if (name === undefined) rest.push(arg);
    else if (name === 'model') {
      const model = modelNames.find((known) => known === value);
      if (model === undefined) return { error: `--model: found ${value}, expected one of ${modelNames.join(', ')}` };
      control = { ...control, model };
    } else if (name === 'gpus') {
      const gpus = Number(value);
      if (!Number.isInteger(gpus) || gpus < 1 || gpus > mostGpus)
        return { error: `--gpus: found ${value}, expected a whole number from 1 to ${mostGpus}` };
      control = { ...control, gpus };
    } else control = { ...control, replay: value };
  }
  return { control, rest };
}
