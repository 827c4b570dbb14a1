import type { InferOutput } from 'valibot';
import type { EvaluationReport, EventReport, LayerReport, Observed, RankTensor, ServingReport } from '../runs/index.ts';
import type { DetectorFacts, DetectorOptions, DetectorSchema, Verdict } from './detector.ts';

/** What workers report beside steps, by the name under which the runs tell of it. */
export interface Reports {
  readonly layers: LayerReport;
  readonly tensor: RankTensor;
  readonly evaluation: EvaluationReport;
  readonly event: EventReport;
  readonly serving: ServingReport;
}

/** What every detector over reports is, for lists of detectors. */
export interface AnyReportDetector extends DetectorFacts {
  readonly hears: keyof Reports;
  readonly options: DetectorSchema;
  start(options: DetectorOptions): object;
  observe(state: unknown, report: unknown, options: DetectorOptions): Verdict;
}

/**
 * A detector over what a rank reports beside its steps: a pure function of (state, report, options). State is mutable and owned by the
 * caller, one per rank; its size is bounded; it outlives the exporter as that of a step detector does.
 */
export interface ReportDetector<
  Kind extends string,
  Hears extends keyof Reports,
  State extends object,
  Schema extends DetectorSchema,
> extends AnyReportDetector {
  readonly kind: Kind;
  readonly hears: Hears;
  readonly options: Schema;
  start(options: InferOutput<Schema>): State;
  observe(state: State, report: Observed<Reports[Hears]>, options: InferOutput<Schema>): Verdict;
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function reportDetector<
  const Kind extends string,
  const Hears extends keyof Reports,
  State extends object,
  Schema extends DetectorSchema,
>(detector: ReportDetector<Kind, Hears, State, Schema>): ReportDetector<Kind, Hears, State, Schema> {
  return detector;
}
