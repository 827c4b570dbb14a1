import { fields } from './fields.ts';
import { rankMetrics, runMetrics } from './metrics.ts';
import { cleanedMetric } from './cleaned.ts';
import { reportMetrics } from './report-metrics.ts';
import { windowMetricList } from './window-metrics.ts';

export { fields, fieldNames } from './fields.ts';
export type { Field } from './fields.ts';
export { namedStepMetrics } from './report-metrics.ts';
export { rankStates, endedStates } from './observation.ts';
export type {
  EndState,
  Observation,
  Observed,
  RankIdentity,
  RankState,
  RankTensor,
  RankTransition,
  RunListener,
  StepValues,
} from './observation.ts';
export { conditions } from './standing.ts';
export type { FileMark, FileMarks } from './intake.ts';
export type { Rank } from './rank.ts';
export type { Condition } from './standing.ts';
export { dimensions, roles } from './hello.ts';
export type { Coordinate, Dimension, Parallel, Pod, RankHello, Role, WorkerProcess } from './hello.ts';
export {
  eventTypes,
  failedWithoutMetric,
  layerFields,
  normScopes,
  phases,
  tensorKinds,
  thresholdBounds,
} from './reports.ts';
export type {
  Distribution,
  EvaluationReport,
  EvaluationSlice,
  EventReport,
  EventType,
  LatencyHistogram,
  Layer,
  LayerField,
  LayerReport,
  NormScope,
  Phase,
  PhaseReport,
  ServingReport,
  StepDetails,
  TensorKind,
  TensorReport,
  ThresholdBound,
  ThresholdFailure,
  Values,
} from './reports.ts';
export type { Exceeded, Excess } from './excess.ts';
export { isAnnouncement, RecentSteps } from './recent-steps.ts';
export type { StepRecord, StepReport } from './recent-steps.ts';
export type { RankProgress, RunProgress } from './progress.ts';
export { Runs } from './runs.ts';
export type { RunsContext, Worker } from './runs.ts';
export { runsOptions } from './options.ts';
export type { RunsOptions } from './options.ts';
export { RunsLimitError } from './limit-error.ts';
export type { RankReport, RunReport } from './run-report.ts';

/** Every series that this room fills. */
export const runsMetrics = [
  ...Object.values(runMetrics),
  ...Object.values(rankMetrics),
  ...Object.values(fields),
  ...reportMetrics,
  ...windowMetricList,
  cleanedMetric,
] as const;
