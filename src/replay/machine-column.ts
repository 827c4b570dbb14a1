import { gpuDetailMetrics, gpuMetrics, xidMetrics } from '../gpu/index.ts';
import { nodeMetrics } from '../node/index.ts';
import { readLabelBlock, type Metric } from '../series/index.ts';

/** A series of the machine that a column or key holds. */
export interface MachineColumn {
  readonly metric: Metric;
  readonly labels: ReadonlyMap<string, string>;
  /** Gives its values the unit of the metric. */
  readonly convert: (value: number) => number;
}

const asItIs = (value: number) => value;
const percent = (value: number) => value / 100;
const megahertz = (value: number) => value * 1e6;

type Alias = readonly [metric: Metric, convert: (value: number) => number];

/** What Weights & Biases logs of each GPU, by the end of its name: `system.gpu.0.temp` (docs.wandb.ai, System Metrics Reference). */
const ofGpu: Readonly<Record<string, Alias>> = {
  gpu: [gpuMetrics.utilization, percent],
  memory: [gpuMetrics.memoryUtilization, percent],
  memoryAllocatedBytes: [gpuMetrics.memoryUsed, asItIs],
  temp: [gpuMetrics.temperature, asItIs],
  powerWatts: [gpuMetrics.power, asItIs],
  enforcedPowerLimitWatts: [gpuMetrics.powerLimit, asItIs],
  smClock: [gpuMetrics.smClock, megahertz],
  memoryClock: [gpuMetrics.memoryClock, megahertz],
};

/** What a recording may hold of the machine. */
export const machineMetrics: readonly Metric[] = [gpuMetrics, gpuDetailMetrics, xidMetrics, nodeMetrics]
  .flatMap((metrics) => Object.values<Metric>(metrics))
  .filter(({ type }) => type !== 'histogram');
const byName: ReadonlyMap<string, Metric> = new Map(machineMetrics.map((metric) => [metric.name, metric]));

/** The series by its name as it is scraped, with its labels in braces, or by a name under which a tracker logs it. */
export function machineColumn(name: string): MachineColumn | undefined {
  const [, gpu, ending = ''] = /^(?:system[./])?gpu\.(\d+)\.(\w+)$/.exec(name) ?? [];
  const [metric, convert] = ofGpu[ending] ?? [];
  if (gpu !== undefined && metric !== undefined && convert !== undefined)
    return { metric, labels: new Map([['gpu', gpu]]), convert };
  const [, series = '', block = ''] = /^(gradwatch_\w+)(?:\{(.*)\})?$/.exec(name) ?? [];
  const own = byName.get(series);
  return own === undefined ? undefined : { metric: own, labels: readLabelBlock(block), convert: asItIs };
}
