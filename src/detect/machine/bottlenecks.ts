import { number } from '../../config/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, type Verdict } from '../detector.ts';
import { figure } from '../figure.ts';
import type { Card } from './machine.ts';
import { runDetector } from './machine-detector.ts';
import { cpuReads, CpuUse, looks } from './run-use.ts';
import { Spell, type Found } from './spell.ts';

const reads = [...cpuReads, 'gradwatch_gpu_utilization_ratio'] as const;

/** How often something held at a look, over ten minutes. */
export class Share {
  private readonly held = new SlidingWindow(looks);
  private readonly spell = new Spell();

  judge(time: number, holds: boolean | null, most: number, found: (share: number) => Found): Verdict {
    if (holds === null) return quiet;
    this.held.push(holds ? 1 : 0);
    if (this.held.size < looks) return quiet;
    const share = this.held.sorted.reduce((sum, one) => sum + one, 0) / looks;
    return this.spell.judge(time, share > most, { after: 0, calm: 60 }, () => found(share));
  }
}

/** CPUBottleneck of SageMaker Debugger: the CPUs of the node are busy while the GPUs of a run wait. */
export const cpuBottleneck = runDetector({
  kind: 'cpu_bottleneck',
  meaning: 'the CPUs of the node are busy while the GPUs of a run wait for them',
  explains: ['gpu_underused'],
  alert: 'none',
  collectors: ['gpu', 'cpu'],
  reads,
  options: detectorOptions({
    cpu: number({ default: 0.9, min: 0, max: 1, help: 'Use of all CPUs from which they are busy' }),
    gpu: number({
      default: 0.1,
      min: 0,
      max: 1,
      help: 'Mean utilisation of the GPUs of the run up to which they wait',
    }),
    share: number({ default: 0.5, min: 0, max: 1, help: 'Share of the last ten minutes that this may take' }),
  }),
  start: () => ({ cpus: new CpuUse(), share: new Share() }),
  observe({ cpus, share }, { cards }, options, machine) {
    cpus.push(machine);
    const [busy, used] = [cpus.busy, meanUtilization(cards)];
    const holds = busy === null || used === null ? null : busy >= options.cpu && used <= options.gpu;
    return share.judge(machine.time, holds, options.share, (taken) => ({
      severity: 'info',
      score: taken,
      threshold: options.share,
      window: looks,
      cause: `For ${figure(100 * taken)} % of the last ten minutes the CPUs of the node were at least ${figure(100 * options.cpu)} % busy and the GPUs of the run at most ${figure(100 * options.gpu)} %.`,
      advice: 'Move work off the CPUs (augmentation on the GPU, prepared data), or give the pod more of them.',
    }));
  },
});

/** IOBottleneck of SageMaker Debugger: the CPUs of the node wait for storage while the GPUs of a run wait for them. */
export const ioBottleneck = runDetector({
  kind: 'io_bottleneck',
  meaning: 'the node waits for storage while the GPUs of a run are not fully used',
  explains: ['gpu_underused'],
  alert: 'none',
  collectors: ['gpu', 'cpu'],
  reads,
  options: detectorOptions({
    iowait: number({ default: 0.5, min: 0, max: 1, help: 'Share of CPU time that waits for storage' }),
    gpu: number({
      default: 0.7,
      min: 0,
      max: 1,
      help: 'Mean utilisation of the GPUs of the run up to which they wait',
    }),
    share: number({ default: 0.5, min: 0, max: 1, help: 'Share of the last ten minutes that this may take' }),
  }),
  start: () => ({ cpus: new CpuUse(), share: new Share() }),
  observe({ cpus, share }, { cards }, options, machine) {
    cpus.push(machine);
    const [waiting, used] = [cpus.iowait, meanUtilization(cards)];
    const holds = waiting === null || used === null ? null : waiting >= options.iowait && used <= options.gpu;
    return share.judge(machine.time, holds, options.share, (taken) => ({
      severity: 'info',
      score: taken,
      threshold: options.share,
      window: looks,
      cause: `For ${figure(100 * taken)} % of the last ten minutes the CPUs of the node waited for storage for at least ${figure(100 * options.iowait)} % of their time and the GPUs of the run were at most ${figure(100 * options.gpu)} % busy.`,
      advice:
        'Read ahead, keep the data on a local disk, or put many small files together; look at the disks and file servers of the node.',
    }));
  },
});

function meanUtilization(cards: readonly Card<(typeof reads)[number]>[]): number | null {
  const values = cards.flatMap((card) => card.read('gradwatch_gpu_utilization_ratio') ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
