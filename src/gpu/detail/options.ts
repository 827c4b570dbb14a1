import { beatOptions } from '../../collect/index.ts';
import { options, type OptionValue } from '../../config/index.ts';

/** The group `gpu_detail` of the configuration. Program, silence and expected GPUs are those of the group `gpu`. */
export const gpuDetailOptions = options({
  ...beatOptions({
    what: 'what nvidia-smi -q -x alone tells of GPUs (MIG instances, processes, limits, PCIe replays)',
    interval: { default: '30s', min: '5s', max: '1h' },
  }).entries,
});

export type GpuDetailOptions = OptionValue<typeof gpuDetailOptions>;
