import { type Vector, aggregate, arithmetic, complement, filter, matching, rate, series } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import { rankInfo } from '../recording-rules.ts';
import type { Row } from './model.ts';
import { timeSeries } from './panel.ts';
import { type Query, line } from './target.ts';
import { pickedCluster, pickedRanks, rateInterval } from './variables.ts';

const node = ['node', 'instance'] as const;

/** The nodes whose exporters the picked ranks report to. */
export function nodeRow(): Row {
  const graph = (title: string, description: string, unit: string, query: Query, max?: 1) => ({
    width: 8,
    height: 7,
    panel: timeSeries({ title, description, unit, queries: [query], min: 0, ...(max && { max }) }),
  });
  return {
    title: 'Nodes of the run',
    panels: [
      graph(
        'CPU busy',
        'Share of CPU time that is neither idle nor waiting for I/O.',
        'percentunit',
        ofNodes(complement(arithmetic(cpuSeconds('idle|iowait'), '/', cpuSeconds('.+')))),
        1,
      ),
      graph(
        'Memory used',
        'Share of memory that is not available to new processes.',
        'percentunit',
        ofNodes(
          complement(
            arithmetic(
              aggregate('max', node, series('gradwatch_node_memory_available_bytes', pickedCluster)),
              '/',
              aggregate('max', node, series('gradwatch_node_memory_total_bytes', pickedCluster)),
            ),
          ),
        ),
        1,
      ),
      graph(
        'Load per CPU',
        'Processes that run or wait, over CPUs: above 1 some wait.',
        'short',
        ofNodes(
          arithmetic(
            aggregate('max', node, series('gradwatch_node_load1', pickedCluster)),
            '/',
            aggregate('max', node, series('gradwatch_node_cpus', pickedCluster)),
          ),
        ),
      ),
    ],
  };
}

function cpuSeconds(modes: string) {
  const seconds = series('gradwatch_node_cpu_seconds_total', { ...pickedCluster, mode: matching(modes) });
  return aggregate('sum', node, rate(seconds, rateInterval));
}

function ofNodes(vector: Vector<'cluster' | 'node' | 'instance'>): Query {
  return line(filter(vector, 'and', ['instance'], recorded(rankInfo, pickedRanks)), (label) => label.node);
}
