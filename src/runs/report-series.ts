import type { SeriesTable } from '../series/index.ts';
import {
  auxiliaryMetrics,
  evaluationMetrics,
  evaluationSliceMetrics,
  evaluationValueMetrics,
  eventMetrics,
  extraMetrics,
  latencyMetrics,
  layerMetrics,
  layerStepMetrics,
  outputMetrics,
  phaseMetrics,
  scopeMetrics,
  servingMetrics,
  tensorClassMetrics,
  tensorMetrics,
} from './report-metrics.ts';

/** The groups of series that are filled by what ranks report beside their steps. Rows are made with the first report of a kind. */
export type ReportSeries = ReturnType<typeof reportSeries>;

export function reportSeries(table: SeriesTable) {
  const rank = ['run', 'rank'] as const;
  const dataset = [...rank, 'dataset'] as const;
  const tensor = [...rank, 'kind', 'name'] as const;
  return {
    phases: table.group(rank, phaseMetrics),
    scopes: table.group([...rank, 'scope'], scopeMetrics),
    extras: table.group([...rank, 'name'], extraMetrics),
    auxiliaryLosses: table.group([...rank, 'name'], auxiliaryMetrics),
    layers: table.group([...rank, 'layer'], layerMetrics),
    layerSteps: table.group(rank, layerStepMetrics),
    tensors: table.group(tensor, tensorMetrics),
    tensorClasses: table.group([...tensor, 'class'], tensorClassMetrics),
    evaluations: table.group(dataset, evaluationMetrics),
    evaluationSlices: table.group([...dataset, 'slice'], evaluationSliceMetrics),
    evaluationValues: table.group([...dataset, 'slice', 'metric'], evaluationValueMetrics),
    events: table.group([...rank, 'type'], eventMetrics),
    serving: table.group(rank, servingMetrics),
    latencies: table.group(rank, latencyMetrics),
    outputs: table.group([...rank, 'class'], outputMetrics),
  };
}

/** The labels of a rank's series. */
export interface RankLabels {
  readonly run: string;
  readonly rank: string;
}
