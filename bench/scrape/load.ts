import { metrics } from '../../src/catalogue.ts';
import { unitOf, type Metric } from '../../src/series/index.ts';

/** What a node with 8 GPUs and many ranks exports: rows of the declared metrics, until there are as many series as asked for. */
export interface LoadRow {
  readonly identity: readonly ['uuid', 'gpu'] | readonly ['run', 'rank'];
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics: readonly Metric[];
}

const gpus = 8;
const ranksPerRun = 64;

const gpuMetrics = metricsOf(['uuid', 'gpu']);
const rankMetrics = metricsOf(['run', 'rank']);

function metricsOf(identity: readonly string[]): readonly Metric[] {
  return metrics.filter(({ labels }) => labels.filter((label) => label !== 'state').join() === identity.join());
}

export function load(series: number): readonly LoadRow[] {
  const rows: LoadRow[] = [];
  let left = series;
  const add = (identity: LoadRow['identity'], labels: LoadRow['labels'], all: readonly Metric[]) => {
    const taken: Metric[] = [];
    for (const metric of all) {
      const width = metric.states?.length ?? 1;
      if (width > left) continue;
      taken.push(metric);
      left -= width;
    }
    rows.push({ identity, labels, metrics: taken });
  };
  for (let gpu = 0; gpu < gpus && left > 0; gpu += 1) {
    add(['uuid', 'gpu'], { uuid: `GPU-7c2a51f0-3b0e-4d5a-9f61-00000000000${gpu}`, gpu: String(gpu) }, gpuMetrics);
  }
  for (let rank = 0; left > 0; rank += 1) {
    const run = `llama-8b-pretrain-2026-${String(Math.floor(rank / ranksPerRun)).padStart(3, '0')}`;
    add(['run', 'rank'], { run, rank: String(rank % ranksPerRun) }, rankMetrics);
  }
  return rows;
}

/** Values as they come: whole numbers where things are counted, two decimals where a sensor speaks, every digit of a double for the rest. */
export function valueOf(metric: Metric, seed: number): number {
  const noise = Math.abs(Math.sin(seed * 12.9898));
  if (metric.type === 'counter') return Math.floor(noise * 1e6);
  if (metric.name.startsWith('gradwatch_train_')) return noise * 10;
  const unit = unitOf(metric.name);
  if (unit === 'watts' || unit === 'ratio') return Math.round(noise * 700_00) / 100;
  if (unit === 'bytes') return Math.floor(noise * 85_520) * 1_048_576;
  return Math.floor(noise * 2_000);
}
