import { number } from '../../config/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions } from '../detector.ts';
import { figure } from '../figure.ts';
import { runDetector } from './machine-detector.ts';
import { cardUseReads, CardUse, cpuReads, CpuUse, looks } from './run-use.ts';
import { Spell } from './spell.ts';

/** BatchSize of SageMaker Debugger: CPUs, GPUs and the memory of the GPUs have all room left, so a larger batch would cost little. */
export const batchTooSmall = runDetector({
  kind: 'batch_too_small',
  meaning: 'CPUs, GPUs and their memory all have room for a larger batch',
  explains: ['gpu_underused'],
  alert: 'none',
  collectors: ['gpu', 'cpu'],
  reads: [...cardUseReads, ...cpuReads],
  options: detectorOptions({
    cpu: number({ default: 0.7, min: 0, max: 1, help: '95th percentile of the use of all CPUs over ten minutes' }),
    gpu: number({ default: 0.7, min: 0, max: 1, help: 'The same of the utilisation of each GPU' }),
    memory: number({ default: 0.7, min: 0, max: 1, help: 'The same of the memory in use of each GPU' }),
  }),
  start: () => ({
    cpus: new CpuUse(),
    cpu: new SlidingWindow(looks),
    gpu: new CardUse(),
    memory: new CardUse(),
    spell: new Spell(),
  }),
  observe(state, { cards }, options, machine) {
    state.cpus.push(machine);
    if (state.cpus.busy !== null) state.cpu.push(state.cpus.busy);
    state.gpu.push(cards, (card) => card.read('gradwatch_gpu_utilization_ratio'));
    state.memory.push(cards, (card) => {
      const [used, total] = [
        card.read('gradwatch_gpu_memory_used_bytes'),
        card.read('gradwatch_gpu_memory_total_bytes'),
      ];
      return used === null || total === null ? null : used / total;
    });
    const cpu = state.cpu.size < looks ? null : state.cpu.quantile(0.95);
    const gpu = highest(cards.map((card) => state.gpu.quantile(card, 0.95)));
    const memory = highest(cards.map((card) => state.memory.quantile(card, 0.95)));
    const known = cpu !== null && gpu !== null && memory !== null;
    const holds = known ? cpu < options.cpu && gpu < options.gpu && memory < options.memory : null;
    return state.spell.judge(machine.time, holds, { after: 0, calm: 60 }, () => ({
      severity: 'info',
      score: 1 - Math.max(cpu ?? 1, gpu ?? 1, memory ?? 1),
      threshold: 1 - Math.max(options.cpu, options.gpu, options.memory),
      window: looks,
      cause: `At the 95th percentile of the last ten minutes the CPUs were ${figure(100 * (cpu ?? NaN))} % busy, the GPUs of the run ${figure(100 * (gpu ?? NaN))} %, and their memory ${figure(100 * (memory ?? NaN))} % full.`,
      advice: 'A larger batch, or several runs on one card, would use what is there; mind the learning rate.',
    }));
  },
});

/** Null where one is not known. */
function highest(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : Math.max(...values.map((value) => value ?? NaN));
}
