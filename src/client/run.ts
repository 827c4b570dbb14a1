import type { EvaluationReport, EventReport, LayerValues, ServingReport, TensorsReport } from './reports.ts';
import type { StepReport } from './step-report.ts';

/** A clean exit, an uncaught exception, or told to stop from outside. */
export type Ending = 'finished' | 'failed' | 'preempted';

/** This process's part in a training run. Nothing here throws into training or waits for the exporter. */
export interface Run {
  /** How often a value was not sent because it is of another kind, by its name: `loss`, `serving.latency`. */
  readonly refusedValues: ReadonlyMap<string, number>;
  /**
   * Reports an optimiser step, or a part of one: several calls for the same step add up. Takes a few microseconds; what cannot be
   * sent now is kept and sent later.
   */
  log(report: StepReport): void;
  /** Reports an evaluation over a data set. Like `log` these do not throw, and what cannot be sent is warned about once. */
  evaluation(report: EvaluationReport): void;
  /** Reports what is known of layers at a step, by name, from input to output. */
  layers(step: number, values: Readonly<Record<string, LayerValues>>): void;
  /** Reports the distributions of inputs and outputs of the model. */
  tensors(report: TensorsReport): void;
  /** Reports that something happened. */
  event(report: EventReport): void;
  /** Reports what a process that serves the model did since the last report. A part of another shape is left out; the rest is sent. */
  serving(report: ServingReport): void;
  /**
   * Sends what is left and says how training ended; the run is over then. Settles within 10 s, mostly at once, and true means that the exporter
   * acknowledged every step and took the goodbye. A process that exits without it is reported by its exit code.
   * @param reason for a person, for example the exception; cut at 512 characters
   */
  finish(ending?: Ending, reason?: string | Error): Promise<boolean>;
}

/** What `init` gives where the client is switched off or cannot work. */
export const silentRun: Run = {
  refusedValues: new Map(),
  log: () => undefined,
  evaluation: () => undefined,
  layers: () => undefined,
  tensors: () => undefined,
  event: () => undefined,
  serving: () => undefined,
  finish: () => Promise.resolve(false),
};
