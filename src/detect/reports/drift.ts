import { integer, number } from '../../config/index.ts';
import type { Distribution, Observed, RankTensor, TensorKind } from '../../runs/index.ts';
import { sumOf } from '../../stats/index.ts';
import { detectorOptions, quiet, type Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { percent } from './layer-rule.ts';
import { reportDetector } from '../report.ts';
import { binsOf, compare, referenceOf, type Reference } from './tensor-reference.ts';

interface Tensor {
  /** Null as long as the reports that are to make it are gathered. */
  readonly reference: Reference | null;
  /** The worker named the report that the reference is made of. */
  readonly named: boolean;
  readonly gathered: readonly Distribution[];
  /** Reports in a row that are out of order. */
  readonly streak: number;
}

export interface State {
  readonly episode: Episode<number | null>;
  /** By name; null before the first report. */
  tensors: Record<string, Tensor> | null;
}

interface Options {
  readonly psi: number;
  readonly nonfinite: number;
  readonly reference: number;
  readonly least: number;
  readonly patience: number;
}

/**
 * The distribution of the inputs, or of the outputs, leaves that of a reference: the report that the worker names so, else the first ones.
 * Chance is ruled out by the number of values.
 */
function driftOf<const Kind extends string>(
  kind: Kind,
  tensor: TensorKind,
  { meaning, advice }: { readonly meaning: string; readonly advice: string },
) {
  return reportDetector({
    kind,
    hears: 'tensor',
    subject: 'run',
    meaning,
    explains: [],
    alert: 'training_degraded',
    endsWithRun: true,
    options: detectorOptions({
      psi: number({ default: 0.25, min: 0, max: 1000, help: 'Population stability index from which it has drifted' }),
      nonfinite: number({ default: 0, min: 0, max: 1, help: 'Fraction of values that are not finite, at most' }),
      reference: integer({
        default: 10,
        min: 1,
        max: 1000,
        help: 'First reports that make the reference where the worker names none',
      }),
      least: integer({ default: 200, min: 1, max: 1e9, help: 'Values that a report must count to be judged' }),
      patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports of the tensor in a row' }),
    }),
    start: (): State => ({ episode: new Episode<number | null>(), tensors: null }),
    observe: (state, report, options) => (report.kind === tensor ? judge(state, report, options, advice) : quiet),
  });
}

function judge(state: State, report: Observed<RankTensor>, options: Options, advice: string): Verdict {
  const { name, step, rank, fractionNonFinite, distribution } = report;
  const tensors = (state.tensors ??= {});
  const former = tensors[name];
  const nonFinite = (fractionNonFinite ?? 0) > options.nonfinite;
  const reference = report.reference ? null : (former?.reference ?? null);
  const drifted = reference === null ? null : driftFrom(reference, report, options);
  if (drifted === null && !nonFinite) {
    if (distribution !== null && reference === null) {
      tensors[name] = report.reference ? named(distribution) : gathered(former, distribution, options.reference);
    } else if (former !== undefined) {
      tensors[name] = { ...former, streak: 0 };
    }
    return Object.values(tensors).some(({ streak }) => streak > 0) ? quiet : state.episode.calm(step, options.patience);
  }
  const streak = (former?.streak ?? 0) + 1;
  if (former !== undefined) tensors[name] = { ...former, streak };
  if (streak < options.patience && !nonFinite) return quiet;
  // A net that trains leaves its first outputs as soon as it learns.
  const isExpected = report.kind === 'output' && report.role === 'training' && former?.named !== true;
  const score = nonFinite ? (fractionNonFinite ?? 0) : (drifted ?? 0);
  return {
    status: 'evidence',
    severity: isExpected && !nonFinite ? 'info' : 'warning',
    firstStep: state.episode.disturbed(step),
    step,
    score,
    threshold: nonFinite ? options.nonfinite : options.psi,
    baseline: null,
    window: former?.reference?.reports ?? 0,
    cause: nonFinite
      ? `${percent(score)} of the values of ${report.kind} ${name} on rank ${rank} are not finite.`
      : `The distribution of ${report.kind} ${name} on rank ${rank} has left its reference: stability index ${figure(score)}, limit ${figure(options.psi)}.`,
    advice,
  };
}

function named(distribution: Distribution): Tensor {
  return { reference: referenceOf([distribution]), named: true, gathered: [], streak: 0 };
}

/** One report more of those that make the reference, or the first one where its bins are others. */
function gathered(former: Tensor | undefined, distribution: Distribution, wanted: number): Tensor {
  const before = former?.gathered ?? [];
  const isAlike = before[0] !== undefined && binsOf(before[0]) === binsOf(distribution);
  const reports = isAlike ? [...before, distribution] : [distribution];
  const isMade = reports.length >= wanted;
  return { reference: isMade ? referenceOf(reports) : null, named: false, gathered: isMade ? [] : reports, streak: 0 };
}

/** The stability index where it says that the tensor has drifted, else null. */
function driftFrom(reference: Reference, { distribution }: RankTensor, { psi, least }: Options): number | null {
  if (distribution === null || reference.bins !== binsOf(distribution) || sumOf(distribution.counts) < least)
    return null;
  const found = compare(reference, distribution);
  return found.psi > psi && found.certain ? found.psi : null;
}

export const inputDrift = driftOf('input_drift', 'input', {
  meaning: 'the inputs no longer look like those of the reference',
  advice:
    'Look at the data that was read last: another shard or source, a change of preprocessing, a shuffle that ended.',
});

export const outputDrift = driftOf('output_drift', 'output', {
  meaning: 'the outputs no longer look like those of the reference',
  advice:
    'Look whether the inputs have drifted too; else the model has changed: a collapse to few classes, or a bad checkpoint.',
});
