import * as v from 'valibot';
import type { Row } from '../series/index.ts';
import { DetailRows } from './detail-rows.ts';
import { EvaluationRows } from './evaluation-rows.ts';
import { EventRows, savedEvents } from './event-rows.ts';
import type { Exceeded } from './excess.ts';
import type { Cleaned } from './cleaned.ts';
import type { RankHello } from './hello.ts';
import { LayerRows } from './layer-rows.ts';
import type { NamedSeries } from './named-series.ts';
import type { RankIdentity, RunListener } from './observation.ts';
import type { RunsOptions } from './options.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import {
  phases,
  type EvaluationReport,
  type EventReport,
  type LayerReport,
  type PhaseReport,
  type ServingReport,
  type StepDetails,
  type TensorReport,
} from './reports.ts';
import { savedEvaluation } from './saved-evaluation.ts';
import { savedDetails, savedLayers, savedTensor } from './saved-last-reports.ts';
import { savedServing, ServingRows } from './serving-rows.ts';
import type { WindowSeries } from './step-windows.ts';
import { TensorRows } from './tensor-rows.ts';

/** What outlives the exporter of {@link RankReports}: what is counted, and what was reported last. */
export const savedReports = v.object({
  phase: v.nullable(v.picklist(phases)),
  evaluations: v.array(savedEvaluation),
  events: savedEvents,
  serving: v.nullable(savedServing),
  // An older snapshot has none of these.
  details: v.optional(v.nullable(savedDetails), null),
  layers: v.optional(v.nullable(savedLayers), null),
  tensors: v.optional(v.array(savedTensor), []),
});
export type SavedReports = v.InferOutput<typeof savedReports>;

/** What the reports of a rank need of all around them. */
export interface RankReportsParts {
  readonly series: ReportSeries;
  /** Of its run. */
  readonly named: NamedSeries;
  readonly windows: WindowSeries;
  readonly cleaned: Cleaned;
  readonly listener: RunListener;
  readonly limits: () => RunsOptions;
  /** What its process said of itself last. */
  readonly hello: () => RankHello;
  /** Something that outlives the exporter is another now. */
  readonly changed: () => void;
  /** It does what it is for without steps, and so is past its beginning. */
  readonly begun: () => void;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/**
 * What a rank reports beside its steps: keeps the series of it and passes it on to the listener. All of it is bounded; what is over a limit
 * is left out and told to `exceeded`. What a rank does not report takes no memory.
 */
export class RankReports {
  readonly #parts: RankReportsParts;
  readonly #labels: RankLabels;
  #phaseRow: Row<'phase'> | null = null;
  #phase: PhaseReport['phase'] | null = null;
  #details: DetailRows | null = null;
  #evaluations: EvaluationRows | null = null;
  #layers: LayerRows | null = null;
  #tensors: TensorRows | null = null;
  #events: EventRows | null = null;
  #serving: ServingRows | null = null;

  constructor(parts: RankReportsParts) {
    this.#parts = parts;
    const { run, rank } = parts.hello();
    this.#labels = { run, rank: String(rank) };
  }

  /** What the worker does now; null where it does not tell. */
  get doing(): PhaseReport['phase'] | null {
    return this.#phase;
  }

  /** Another process speaks, which has not said what it does. */
  renew(): void {
    this.#phaseRow?.remove();
    this.#phaseRow = null;
    this.#phase = null;
  }

  phase(report: PhaseReport): void {
    if (report.phase === this.#phase) return;
    this.#showPhase(report.phase);
    this.#parts.changed();
    this.#parts.listener.phase?.({ ...this.#identity, ...report });
  }

  /** What a step told beside its fields; gives what of it was taken. */
  details(details: StepDetails, exceeded: Exceeded): StepDetails {
    this.#details ??= new DetailRows(this.#parts.series, this.#parts.named, this.#labels);
    return this.#details.show(details, this.#parts.limits(), exceeded);
  }

  evaluation(report: EvaluationReport, exceeded: Exceeded): void {
    this.#evaluations ??= new EvaluationRows(this.#parts.series, this.#parts.named, this.#labels);
    if (!this.#evaluations.show(report, this.#parts.limits().max_datasets, exceeded)) return;
    // One that trains may evaluate before its first step.
    if (this.#parts.hello().role === 'inference') this.#parts.begun();
    this.#parts.changed();
    this.#parts.listener.evaluation?.({ ...this.#identity, ...report });
  }

  layers(report: LayerReport, exceeded: Exceeded): void {
    this.#layers ??= new LayerRows(this.#parts.series, this.#parts.named, this.#labels);
    const taken = this.#layers.show(report, this.#parts.limits().max_layers, exceeded);
    this.#parts.changed();
    this.#parts.listener.layers?.({ ...this.#identity, ...taken });
  }

  tensor(report: TensorReport, exceeded: Exceeded): void {
    this.#tensors ??= new TensorRows(this.#parts.series, this.#parts.named, this.#labels);
    if (!this.#tensors.show(report, this.#parts.limits().max_tensors, exceeded)) return;
    this.#parts.changed();
    this.#parts.listener.tensor?.({ ...this.#identity, role: this.#parts.hello().role, ...report });
  }

  /** False where it is one too many in a minute. */
  event(report: EventReport): boolean {
    this.#events ??= new EventRows(this.#parts.series, this.#labels);
    if (!this.#events.take(report, this.#parts.now(), this.#parts.limits().max_events_per_minute)) return false;
    this.#parts.changed();
    this.#parts.listener.event?.({ ...this.#identity, ...report });
    return true;
  }

  serving(report: ServingReport, exceeded: Exceeded): void {
    this.#serving ??= new ServingRows(this.#parts.series, this.#parts.named, this.#labels);
    this.#parts.begun();
    this.#serving.take(report, this.#parts.limits().max_bins, exceeded);
    this.#parts.changed();
    this.#parts.listener.serving?.({ ...this.#identity, ...report });
  }

  save(): SavedReports {
    return {
      phase: this.#phase,
      evaluations: this.#evaluations?.save() ?? [],
      events: this.#events?.save() ?? {},
      serving: this.#serving?.save() ?? null,
      details: this.#details?.save() ?? null,
      layers: this.#layers?.save() ?? null,
      tensors: this.#tensors?.save() ?? [],
    };
  }

  /** Takes back what was saved before a restart, without telling a listener; not more series than a run may hold by now. */
  restore({ phase, evaluations, events, serving, details, layers, tensors }: SavedReports, exceeded: Exceeded): void {
    const { series, named } = this.#parts;
    if (details !== null) {
      const unlimited = { max_extras: Infinity, max_auxiliary_losses: Infinity };
      this.#details = new DetailRows(series, named, this.#labels);
      this.#details.show(details, unlimited, exceeded);
    }
    if (layers !== null) {
      this.#layers = new LayerRows(series, named, this.#labels);
      this.#layers.show(layers, Infinity, exceeded);
    }
    if (tensors.length > 0) {
      this.#tensors = new TensorRows(series, named, this.#labels);
      for (const each of tensors) this.#tensors.show(each, Infinity, exceeded);
    }
    if (phase !== null) this.#showPhase(phase);
    if (evaluations.length > 0) {
      this.#evaluations = new EvaluationRows(series, named, this.#labels);
      for (const each of evaluations) this.#evaluations.show(each, Infinity, exceeded);
    }
    if (Object.keys(events).length > 0) {
      this.#events = new EventRows(series, this.#labels);
      this.#events.restore(events);
    }
    if (serving !== null) {
      this.#serving = new ServingRows(series, named, this.#labels);
      this.#serving.restore(serving, exceeded);
    }
  }

  /** Drops all series. */
  remove(): void {
    this.#phaseRow?.remove();
    for (const rows of [this.#details, this.#evaluations, this.#layers, this.#tensors, this.#events, this.#serving]) {
      rows?.remove();
    }
  }

  get #identity(): RankIdentity & { readonly attempt: number } {
    const { run, rank, attempt } = this.#parts.hello();
    return { run, rank, attempt };
  }

  #showPhase(phase: PhaseReport['phase']): void {
    this.#phase = phase;
    this.#phaseRow ??= this.#parts.series.phases.row(this.#labels);
    this.#phaseRow.setState('phase', phase);
  }
}
