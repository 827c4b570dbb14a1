import type { GenericSchema, InferOutput } from 'valibot';
import { number } from '../../config/index.ts';
import { detectorOptions, type DetectorOptions } from '../detector.ts';
import { figure } from '../figure.ts';
import type { Card } from './machine.ts';
import { runDetector } from './machine-detector.ts';
import { cpuReads, CpuUse, looks } from './run-use.ts';
import { Share } from './share.ts';

const reads = [...cpuReads, 'gradwatch_gpu_utilization_ratio'] as const;

interface Bottleneck<Kind extends string, Schema> {
  readonly kind: Kind;
  readonly meaning: string;
  readonly options: Schema;
  /** What the CPUs do, as a share of their time. */
  readonly signal: (cpus: CpuUse) => number | null;
  /** From which share on they hold the GPUs up. */
  readonly limit: (options: InferOutput<Schema & GenericSchema>) => number;
  /** What they did within a sentence, for at least that share of their time in percent. */
  readonly words: (percent: string) => string;
  readonly advice: string;
}

/** The options of every bottleneck: its own, and how much the GPUs of the run may be used and how often it must hold. */
export function bottleneckOptions<const Own extends Readonly<Record<string, GenericSchema>>>(own: Own, gpu: number) {
  return detectorOptions({
    ...own,
    gpu: number({
      default: gpu,
      min: 0,
      max: 1,
      help: 'Mean utilisation of the GPUs of the run up to which they wait',
    }),
    share: number({ default: 0.5, min: 0, max: 1, help: 'Share of the last ten minutes that this may take' }),
  });
}

/** CPUBottleneck and IOBottleneck of SageMaker Debugger: something keeps the CPUs of the node while the GPUs of a run wait. */
export function machineBottleneck<
  const Kind extends string,
  Schema extends GenericSchema<unknown, DetectorOptions & { readonly gpu: number; readonly share: number }>,
>({ kind, meaning, options, signal, limit, words, advice }: Bottleneck<Kind, Schema>) {
  return runDetector({
    kind,
    meaning,
    options,
    explains: ['gpu_underused'],
    alert: 'none',
    collectors: ['gpu', 'cpu'],
    reads,
    start: () => ({ cpus: new CpuUse(), share: new Share() }),
    observe({ cpus, share }, { cards }, chosen, machine) {
      cpus.push(machine);
      const [now, used, least] = [signal(cpus), meanUtilization(cards), limit(chosen)];
      const holds = now === null || used === null ? null : now >= least && used <= chosen.gpu;
      return share.judge(machine.time, holds, chosen.share, (taken) => ({
        severity: 'info',
        score: taken,
        threshold: chosen.share,
        window: looks,
        cause:
          `For ${figure(100 * taken)} % of the last ten minutes the CPUs of the node ${words(figure(100 * least))} ` +
          `and the GPUs of the run were at most ${figure(100 * chosen.gpu)} % busy.`,
        advice,
      }));
    },
  });
}

function meanUtilization(cards: readonly Card<(typeof reads)[number]>[]): number | null {
  const values = cards.flatMap((card) => card.read('gradwatch_gpu_utilization_ratio') ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
