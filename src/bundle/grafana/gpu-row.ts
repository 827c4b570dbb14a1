import type { BundleConfig } from '../config.ts';
import { type Vector, aggregate, arithmetic, joined, not, series } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import { gpuStateIndex, rankInfo } from '../recording-rules.ts';
import { stateMappings } from './mappings.ts';
import type { Row } from './model.ts';
import { stateTimeline, timeSeries } from './panel.ts';
import { runbook } from './runbook.ts';
import { type Query, line } from './target.ts';
import { pickedCluster, pickedRanks } from './variables.ts';

/** The GPUs on which the picked ranks compute. */
export function gpuRow(config: BundleConfig): Row {
  const links = [runbook(config, 'GradwatchGpuLost', 'GPU lost')];
  const graph = (
    title: string,
    description: string,
    unit: string,
    query: Query,
    limits: { min?: number; max?: number },
  ) => ({
    width: 8,
    height: 7,
    panel: timeSeries({ title, description, unit, queries: [query], links, ...limits }),
  });
  return {
    title: 'GPUs of the run',
    panels: [
      {
        width: 24,
        height: 5,
        panel: stateTimeline({
          title: 'GPU state',
          description: 'State of the GPU of each rank. A lost GPU keeps its state and loses its readings below.',
          unit: 'none',
          mappings: stateMappings('gradwatch_gpu_state'),
          queries: [ofRanks(aggregate('max', ['uuid'], recorded(gpuStateIndex, pickedCluster)))],
          links,
        }),
      },
      graph(
        'GPU utilisation',
        'Share of time in which a kernel ran. A stalled collective shows as busy at low power.',
        'percentunit',
        ofRanks(reading('gradwatch_gpu_utilization_ratio')),
        { min: 0, max: 1 },
      ),
      graph(
        'GPU memory used',
        'Used over total memory of the card, by all its processes.',
        'percentunit',
        ofRanks(
          arithmetic(reading('gradwatch_gpu_memory_used_bytes'), '/', reading('gradwatch_gpu_memory_total_bytes')),
        ),
        { min: 0, max: 1 },
      ),
      graph('GPU power', 'Power draw of the card.', 'watt', ofRanks(reading('gradwatch_gpu_power_watts')), { min: 0 }),
      graph(
        'GPU temperature',
        'Temperature of the chip. Clocks that fall while it is high mean throttling.',
        'celsius',
        ofRanks(reading('gradwatch_gpu_temperature_celsius')),
        {},
      ),
      graph('GPU clock', 'Clock of the multiprocessors.', 'hertz', ofRanks(reading('gradwatch_gpu_sm_clock_hertz')), {
        min: 0,
      }),
    ],
  };
}

type Reading =
  | 'gradwatch_gpu_utilization_ratio'
  | 'gradwatch_gpu_memory_used_bytes'
  | 'gradwatch_gpu_memory_total_bytes'
  | 'gradwatch_gpu_power_watts'
  | 'gradwatch_gpu_temperature_celsius'
  | 'gradwatch_gpu_sm_clock_hertz';

/** By uuid alone, so that there is one partner for each rank whatever else the scrape adds. */
function reading(name: Reading) {
  return aggregate('max', ['uuid'], series(name, pickedCluster));
}

/** Several ranks may share a GPU, so the rank is the side of the join that may have many. */
function ofRanks(gpu: Vector<'uuid' | 'cluster'>): Query {
  const ranks = recorded(rankInfo, { ...pickedRanks, uuid: not('') });
  return line(joined(ranks, ['uuid'], [], gpu), ({ rank, host }) => `rank ${rank} (${host})`);
}
