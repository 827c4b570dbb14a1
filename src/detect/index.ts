import type { InferOutput, StrictObjectSchema } from 'valibot';
import { options } from '../config/index.ts';
import type { Metric } from '../series/index.ts';
import type { DetectorFacts } from './detector.ts';
import { hardwareDetectors, usageDetectors } from './machine/index.ts';
import { clockDetectors, groupDetectors, transitionDetectors } from './ranks/index.ts';
import { reportDetectors } from './reports/index.ts';
import { scalarDetectors } from './series/index.ts';
import { stepDetectors } from './steps/index.ts';

/** Detectors over what is read of the machine and its GPUs. */
export const machineDetectors = [...hardwareDetectors, ...usageDetectors] as const;

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

export { DetectionEngine } from './engine.ts';
export { seriesMeant } from './scalar.ts';
export { limitsOf } from './series/scalar-limits.ts';
export { engineMetrics } from './judging.ts';
export type { Report } from './judging.ts';
export { overheard } from './overheard.ts';
export { stall } from './ranks/index.ts';
export type { DetectionEngineParts, VerdictSink } from './engine.ts';
export { severities } from './detector.ts';
export type { AlertGroup, DetectorFacts, Evidence, Severity, Verdict } from './detector.ts';
