import { number } from '../../config/index.ts';
import { bottleneckOptions, machineBottleneck } from './machine-bottleneck.ts';

/** The CPUs of the node are busy while the GPUs of a run wait. */
export const cpuBottleneck = machineBottleneck({
  kind: 'cpu_bottleneck',
  meaning: 'the CPUs of the node are busy while the GPUs of a run wait for them',
  options: bottleneckOptions(
    { cpu: number({ default: 0.9, min: 0, max: 1, help: 'Use of all CPUs from which they are busy' }) },
    0.1,
  ),
  signal: ({ busy }) => busy,
  limit: ({ cpu }) => cpu,
  words: (percent) => `were at least ${percent} % busy`,
  advice: 'Move work off the CPUs (augmentation on the GPU, prepared data), or give the pod more of them.',
});
