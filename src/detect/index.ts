import type { InferOutput, StrictObjectSchema } from 'valibot';
import { options } from '../config/index.ts';
import type { Metric } from '../series/index.ts';
import type { DetectorFacts } from './detector.ts';
import { bottleneck } from './bottleneck.ts';
import { desynchronised } from './desynchronised.ts';
import { divergence } from './divergence.ts';
import { gradientExplosion } from './gradient-explosion.ts';
import { gradientRatio } from './gradient-ratio.ts';
import { gradientTail } from './gradient-tail.ts';
import { lossNotDecreasing } from './loss-not-decreasing.ts';
import { lossOscillation } from './loss-oscillation.ts';
import { lossSpike } from './loss-spike.ts';
import { loadImbalance } from './load-imbalance.ts';
import { hardwareDetectors, usageDetectors } from './machine/index.ts';
import { memoryFragmentation } from './memory-fragmentation.ts';
import { memoryLeak } from './memory-leak.ts';
import { nonFinite } from './non-finite.ts';
import { outOfStep } from './out-of-step.ts';
import { overfitting } from './overfitting.ts';
import { overtraining } from './overtraining.ts';
import { reportDetectors } from './reports/index.ts';
import { slowCommunication } from './slow-communication.ts';
import { slowDown } from './slow-down.ts';
import { scalarAnomaly } from './scalar-anomaly.ts';
import { stepOutlier } from './step-outlier.ts';
import { stall } from './stall.ts';
import { straggler } from './straggler.ts';
import { throughputRegression } from './throughput-regression.ts';
import { vanishingGradient } from './vanishing-gradient.ts';
import { workerLost } from './worker-lost.ts';

/** Detectors over steps, in the order in which they judge an observation: a cause before its consequences. */
export const stepDetectors = [
  gradientExplosion,
  nonFinite,
  divergence,
  gradientRatio,
  gradientTail,
  lossSpike,
  lossOscillation,
  lossNotDecreasing,
  overfitting,
  overtraining,
  vanishingGradient,
  slowDown,
  throughputRegression,
  stepOutlier,
  bottleneck,
  memoryFragmentation,
] as const;

/** Detectors over states of ranks. */
export const transitionDetectors = [workerLost] as const;

/** Detectors over ranks that do the same work. */
export const groupDetectors = [straggler, slowCommunication, desynchronised, loadImbalance] as const;

/** Detectors that go by the clock. */
export const clockDetectors = [stall, outOfStep] as const;

/** Detectors over what is read of the machine and its GPUs. */
export const machineDetectors = [...hardwareDetectors, ...usageDetectors] as const;

/** Detectors over series of single values. */
export const scalarDetectors = [memoryLeak, scalarAnomaly] as const;

/** Every detector, as an engine takes them. */
export const everyDetector = {
  stepDetectors,
  transitionDetectors,
  groupDetectors,
  clockDetectors,
  machineDetectors,
  scalarDetectors,
  reportDetectors,
} as const;

/** Causes come before their consequences. */
const all = [
  ...hardwareDetectors,
  ...transitionDetectors,
  ...groupDetectors,
  ...clockDetectors,
  ...stepDetectors,
  ...usageDetectors,
  ...scalarDetectors,
  ...reportDetectors,
] as const;

/** What every detector says of itself. */
export const detectors: readonly DetectorFacts<DetectorKind>[] = all;

type AnyDetector = (typeof all)[number];
type Schemas = { readonly [Detector in AnyDetector as Detector['kind']]: Detector['options'] };
type MetricsOf<Detector> = Detector extends { readonly metrics: infer Metrics } ? Metrics[keyof Metrics] : never;

export type DetectorKind = AnyDetector['kind'];

/** The options of all detectors, the group `detect`. */
export const detectOptions: StrictObjectSchema<Schemas, undefined> = options(
  Object.fromEntries(all.map(({ kind, options }) => [kind, options])) as Schemas,
);

/** A configuration of all detectors. */
export type DetectOptions = InferOutput<typeof detectOptions>;

/** Every series that a detector fills. */
export const detectMetrics = stepDetectors.flatMap(({ metrics }) =>
  Object.values<Metric>(metrics),
) as readonly MetricsOf<(typeof stepDetectors)[number]>[];

export { DetectionEngine, engineMetrics } from './engine.ts';
export { overheard } from './overheard.ts';
export { stall } from './stall.ts';
export type { DetectionEngineParts, Report, VerdictSink } from './engine.ts';
export { severities } from './detector.ts';
export type { AlertGroup, DetectorFacts, Evidence, Severity, Verdict } from './detector.ts';
