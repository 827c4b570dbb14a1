import { a100 } from './a100.ts';
import type { Model } from './model.ts';

const { links: _, ...withoutLinks } = a100;

/** A100 SXM4 with 80 GB, divided into one half, one quarter and one eighth of its memory. NVLinks are not told: instances have none. */
export const a100Mig: Model = {
  ...withoutLinks,
  driver: '550.163.01',
  mig: [
    { profile: '3g.40gb', gpuInstance: 2, multiprocessors: 42, copyEngines: 3, decoders: 2, memory: 40_192 },
    { profile: '2g.20gb', gpuInstance: 3, multiprocessors: 28, copyEngines: 2, decoders: 1, memory: 19_968 },
    { profile: '1g.10gb', gpuInstance: 9, multiprocessors: 14, copyEngines: 1, decoders: 0, memory: 9728 },
  ],
  facts: new Map([...a100.facts, ['mig.mode.current', 'Enabled'], ['mig.mode.pending', 'Enabled']]),
};
