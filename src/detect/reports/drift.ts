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
  /** Judged reports in a row that have drifted, and the step of the first of them. */
  readonly streak: number;
  readonly since: number | null;
  /** The last report had values that are not finite. */
  readonly broken: boolean;
  /** The sum of reports that are too few values to be judged; null where there are none. */
  readonly pending: Distribution | null;
}

const unknown: Tensor = {
  reference: null,
  named: false,
  gathered: [],
  streak: 0,
  since: null,
  broken: false,
  pending: null,
};

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
      least: integer({
        default: 200,
        min: 1,
        max: 1e9,
        help: 'Values that are judged at once: reports of fewer are added up',
      }),
      patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports of the tensor in a row' }),
    }),
    start: (): State => ({ episode: new Episode<number | null>(), tensors: null }),
    observe: (state, report, options) => (report.kind === tensor ? judge(state, report, options, advice) : quiet),
  });
}

function judge(state: State, report: Observed<RankTensor>, options: Options, advice: string): Verdict {
  const { name, step, rank, fractionNonFinite } = report;
  const tensors = (state.tensors ??= {});
  const before = { ...unknown, ...tensors[name] };
  const sum = report.reference ? report.distribution : added(before.pending, report.distribution);
  const isWhole = sum !== null && (report.reference || sumOf(sum.counts) >= options.least);
  const nonFinite = (fractionNonFinite ?? 0) > options.nonfinite;
  const former: Tensor = { ...before, pending: isWhole ? null : sum, broken: nonFinite };
  const reference = report.reference ? null : former.reference;
  const drifted = isWhole && reference !== null ? driftFrom(reference, sum, options) : null;
  let now = former;
  if (drifted !== null) now = { ...former, streak: former.streak + 1, since: former.since ?? step };
  else if (isWhole && reference !== null) now = { ...former, streak: 0, since: null };
  else if (isWhole && !nonFinite) now = learnt(former, sum, report.reference, options.reference);
  tensors[name] = now;
  if (!nonFinite && (drifted === null || now.streak < options.patience)) {
    // What is added up says nothing before it is whole.
    const isPending = !isWhole && report.distribution !== null;
    const isOdd = Object.values(tensors).some(({ streak, broken }) => streak > 0 || broken);
    return isPending || isOdd ? quiet : state.episode.calm(step, options.patience);
  }
  // A net that trains leaves its first outputs as soon as it learns.
  const isExpected = report.kind === 'output' && report.role === 'training' && !former.named;
  const score = nonFinite ? (fractionNonFinite ?? 0) : (drifted ?? 0);
  return {
    status: 'evidence',
    severity: isExpected && !nonFinite ? 'info' : 'warning',
    firstStep: state.episode.disturbed(nonFinite ? step : now.since),
    step,
    score,
    threshold: nonFinite ? options.nonfinite : options.psi,
    baseline: null,
    window: former.reference?.reports ?? 0,
    cause: nonFinite
      ? `${percent(score)} of the values of ${report.kind} ${name} on rank ${rank} are not finite.`
      : `The distribution of ${report.kind} ${name} on rank ${rank} has left its reference: stability index ${figure(score)}, limit ${figure(options.psi)}.`,
    advice,
  };
}

/** A report that the worker names the reference, or one more of those that make it; the first one where its bins are others. */
function learnt(former: Tensor, distribution: Distribution, isNamed: boolean, wanted: number): Tensor {
  if (isNamed) return { ...unknown, reference: referenceOf([distribution]), named: true };
  const isAlike = former.gathered[0] !== undefined && binsOf(former.gathered[0]) === binsOf(distribution);
  const reports = isAlike ? [...former.gathered, distribution] : [distribution];
  return reports.length < wanted ? { ...unknown, gathered: reports } : { ...unknown, reference: referenceOf(reports) };
}

/** The counts of both, or the later ones where their bins are others. */
function added(sum: Distribution | null, distribution: Distribution | null): Distribution | null {
  if (sum === null || distribution === null) return distribution ?? sum;
  if (binsOf(sum) !== binsOf(distribution)) return distribution;
  return { ...distribution, counts: distribution.counts.map((count, at) => count + (sum.counts[at] ?? 0)) };
}

/** The stability index where it says that the tensor has drifted, else null. */
function driftFrom(reference: Reference, distribution: Distribution, { psi }: Options): number | null {
  if (reference.bins !== binsOf(distribution)) return null;
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
