import type { Field } from './fields.ts';
import type { RankHello, Role } from './hello.ts';
import type {
  EvaluationReport,
  EventReport,
  LayerReport,
  PhaseReport,
  ServingReport,
  StepDetails,
  TensorReport,
} from './reports.ts';

/** Where a rank stands. The order is from best to worst; a node's view of a run is its worst rank. */
export const rankStates = [
  'healthy',
  'finished',
  'initializing',
  'incomplete',
  'degraded',
  'preempted',
  'stalled',
  'failing',
  'failed',
  'lost',
] as const;
export type RankState = (typeof rankStates)[number];

/** States in which a rank says nothing more; only a new hello revives it. `incomplete`: its calls have ceased, and nobody knows why. */
export const endStates = [
  'finished',
  'preempted',
  'failed',
  'lost',
  'incomplete',
] as const satisfies readonly RankState[];
export type EndState = (typeof endStates)[number];
export const endedStates: ReadonlySet<RankState> = new Set<RankState>(endStates);

export interface RankIdentity {
  readonly run: string;
  readonly rank: number;
}

/** One cleaned report of a step, complete or in part, in the order in which it was accepted. */
export interface Observation extends RankIdentity {
  readonly attempt: number;
  /** How many ranks the run has, as its process says; absent in a recording. */
  readonly worldSize?: number;
  /** The optimiser step that the values belong to. */
  readonly step: number;
  /** When the worker took the step, Unix seconds. */
  readonly time: number;
  /** What this report newly told of the step. NaN and infinities are data. */
  readonly fresh: StepValues;
  /** All that is known of the step by now, `fresh` included. */
  readonly known: StepValues;
  /** The optimiser skipped this step because the scaled gradient was not finite: expected now and then, not an alarm. */
  readonly skipped: boolean;
  /**
   * The worker went back to a checkpoint: the step is lower than one seen before, or brings what was reported of it already. True on
   * the first report after it.
   */
  readonly wentBack: boolean;
  /** What this report told beside fields; absent with most workers. */
  readonly details?: StepDetails;
}

export type StepValues = Readonly<Partial<Record<Field, number>>>;

/** A rank went from one state to another. */
export interface RankTransition extends RankIdentity {
  readonly from: RankState | null;
  readonly to: RankState;
  /** Last step that the rank reported, null when it reported none. */
  readonly step: number | null;
  readonly time: number;
  /** One clause for a person: "its stream ended without goodbye". */
  readonly reason: string;
}

/** A report with the rank that it is of. */
export type Observed<Report> = RankIdentity & { readonly attempt: number } & Report;

/** Statistics of a tensor, and what its rank does. */
export type RankTensor = TensorReport & { readonly role: Role };

/** Where the runs tell what they see. A listener leaves away what it does not want to hear. */
export interface RunListener {
  observation(observation: Observation): void;
  transition(transition: RankTransition): void;
  /** Every rank of the run that this node knows has ended. It goes on when one of them says hello again. */
  runEnded(run: string, time: number): void;
  /** An ended rank had to make room for another of its run; what is held for it can go. */
  rankForgotten(run: string, rank: number): void;
  /** The run's lifetime is over; what is held for it can go. */
  runForgotten(run: string): void;
  /** A process begins to speak for a rank: before anything else is told of it, and again after each connection. */
  joined?(hello: RankHello): void;
  /** The worker does something else from now on. */
  phase?(report: Observed<PhaseReport>): void;
  evaluation?(report: Observed<EvaluationReport>): void;
  layers?(report: Observed<LayerReport>): void;
  tensor?(report: Observed<RankTensor>): void;
  event?(report: Observed<EventReport>): void;
  serving?(report: Observed<ServingReport>): void;
}
