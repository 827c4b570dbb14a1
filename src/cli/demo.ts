import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStandIn, modelNames, mostGpus, type Control } from '../simulate/index.ts';
import { exitCodes, type Command } from './command.ts';
import { configure } from './configuration.ts';
import { tell, tellHindrances } from './hindrances.ts';
import { runServer } from './serve.ts';

const flags = [
  { name: 'model', takes: modelNames, value: 'NAME', help: `One of ${modelNames.join(', ')}; default h100` },
  { name: 'gpus', takes: 'text', value: 'N', help: `1 to ${mostGpus}; default 8` },
  {
    name: 'replay',
    takes: 'path',
    value: 'FOLDER',
    help: 'Repeats what a real nvidia-smi printed, in place of simulated GPUs',
  },
] as const;

const usage = `Usage: gradwatch demo [--model=NAME] [--gpus=N] [--replay=FOLDER] [OPTIONS]

Runs the exporter on GPUs that do not exist. Faults are played by writing the control file that it names.

`;

/** The built stand-in beside this file. */
const script = fileURLToPath(new URL('../simulate/nvidia-smi.js', import.meta.url));

export const demo: Command = {
  name: 'demo',
  summary: 'runs the exporter on simulated GPUs, whose faults are played on command',
  flags,
  run: async (args, environment) => {
    const configured = configure(args, environment, { flags });
    if ('help' in configured) {
      process.stdout.write(usage + configured.help);
      return exitCodes.done;
    }
    const { control, mistakes } = machineOf(configured.values);
    tell(mistakes);
    const code = await tellHindrances(configured);
    if (mistakes.length > 0) return exitCodes.usage;
    if (code !== null) return code;
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-demo-'));
    try {
      const { path, control: controlFile, kernelLog } = installStandIn(folder, script, control);
      process.stdout.write(`nvidia-smi    ${path}\ncontrol file  ${controlFile}\nkernel log    ${kernelLog}\n`);
      const read = () =>
        configure([`--gpu.program=${path}`, `--xid.kmsg=${kernelLog}`, ...args], environment, { flags });
      const ready = read();
      return 'configuration' in ready ? await runServer(ready.configuration, read, environment) : exitCodes.usage;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** The simulated machine, and what is wrong with it. */
function machineOf(values: ReadonlyMap<string, readonly string[]>): {
  readonly control: Partial<Control>;
  readonly mistakes: readonly string[];
} {
  const [model, gpus, replay] = flags.map(({ name }) => values.get(name)?.at(-1));
  const known = modelNames.find((name) => name === model);
  const count = gpus === undefined ? undefined : Number(gpus);
  const isCount = count === undefined || (Number.isInteger(count) && count >= 1 && count <= mostGpus);
  const folder = replay === undefined ? undefined : statSync(replay, { throwIfNoEntry: false });
  return {
    control: {
      ...(known !== undefined && { model: known }),
      ...(count !== undefined && { gpus: count }),
      ...(replay !== undefined && { replay }),
    },
    mistakes: [
      ...(model === undefined || known !== undefined
        ? []
        : [`--model: found ${model}, expected one of ${modelNames.join(', ')}`]),
      ...(isCount ? [] : [`--gpus: found ${gpus ?? ''}, expected a whole number from 1 to ${mostGpus}`]),
      ...(replay === undefined || folder?.isDirectory() === true
        ? []
        : [`--replay: found ${replay}, expected a folder with what nvidia-smi printed`]),
    ],
  };
}
