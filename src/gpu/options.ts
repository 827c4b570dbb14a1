import { beatOptions } from '../collect/index.ts';
import { duration, flag, integer, options, text, type OptionValue } from '../config/index.ts';
import { mostGpus } from './gpu-count.ts';

export const defaultProgram = 'nvidia-smi';

/** The group `gpu` of the configuration. */
export const gpuOptions = options({
  ...beatOptions({ what: 'GPU readings', interval: { default: '1s', min: '100ms', max: '1m' } }).entries,
  details: flag({
    default: true,
    help: 'Ask for everything that a GPU tells (ECC, limits, PCIe, fabric, modes), not only for what every card has',
  }),
  program: text({ default: defaultProgram, help: 'Path of nvidia-smi, or its name on the search path' }),
  stale_after: duration({
    default: '15s',
    min: '1s',
    max: '10m',
    help: 'Silence of nvidia-smi beyond its interval after which it is ended and started again',
  }),
  retry_after: duration({
    default: '1m',
    min: '100ms',
    max: '10m',
    help: 'Longest pause before nvidia-smi is asked again: after failures, on a node without GPUs, for a GPU without a handle',
  }),
  expected_devices: integer({
    default: null,
    min: 1,
    max: mostGpus,
    help: 'GPUs that this node should have; when not set the most that were ever seen',
  }),
});

export type GpuOptions = OptionValue<typeof gpuOptions>;
