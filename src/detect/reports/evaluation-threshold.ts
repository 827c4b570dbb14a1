import { failedWithoutMetric, type ThresholdFailure } from '../../runs/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import { reportDetector } from '../report.ts';

export interface State {
  /** Of each data set its last evaluation, where that did not keep a threshold; the newest at the end. */
  broken: Broken[];
}

interface Broken {
  readonly dataset: string;
  /** How it failed, without the full stop. */
  readonly words: string;
  readonly failures: number;
  readonly slices: number;
}

/** Thresholds that are named; there may be one for each slice and metric. */
const named = 3;

/**
 * An evaluation broke thresholds of a value or of its change, as whoever evaluates has set them: TensorFlow Model Analysis, or a worker that
 * reports its evaluations. Nothing is judged here a second time.
 */
export const evaluationThreshold = reportDetector({
  kind: 'evaluation_threshold',
  hears: 'evaluation',
  subject: 'run',
  meaning: 'an evaluation did not keep thresholds that were set for it',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: false,
  tellsNewest: true,
  options: detectorOptions({}),
  start: (): State => ({ broken: [] }),
  observe(state, { run, dataset, step, slices, failures }) {
    const others = state.broken.filter((other) => other.dataset !== dataset);
    const failed = others.length < state.broken.length;
    const now = { dataset, words: wordsOf(failures), failures: failures.length, slices: slices.length };
    state.broken = failures.length > 0 ? [...others, now] : others;
    if (failures.length === 0 && !failed) return quiet;
    const newest = state.broken.at(-1);
    if (newest === undefined) return { status: 'recovered', step };
    const beside = state.broken.slice(0, -1).map((other) => other.dataset);
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep: step,
      step,
      score: newest.failures,
      threshold: 0,
      baseline: null,
      window: newest.slices,
      cause: `The evaluation of ${run} on ${newest.dataset} ${newest.words}${beside.length > 0 ? `; the last on ${beside.join(', ')} failed too` : ''}.`,
      advice:
        'Do not release this model; look at the data of the named slices, and at what changed since the last evaluation that passed.',
    };
  },
});

function wordsOf(failures: readonly ThresholdFailure[]): string {
  const worst = worstFirst(failures);
  const told = worst.slice(0, named).map(sentence);
  const more = failures.length - told.length;
  const what = told.join('; ') + (more > 0 ? `; and ${more} more` : '');
  const how = worst.every(isOfNoThreshold) ? 'did not pass' : `did not keep ${count(failures.length)}`;
  return `${how}: ${what}`;
}

function count(failures: number): string {
  return failures === 1 ? 'a threshold' : `${failures} thresholds`;
}

/** One failure of each metric and slice, those first that are furthest from what was allowed, as a share of it. */
function worstFirst(failures: readonly ThresholdFailure[]): readonly ThresholdFailure[] {
  const worst = new Map<string, ThresholdFailure>();
  for (const failure of failures) {
    const key = JSON.stringify([failure.metric, failure.slice]);
    const held = worst.get(key);
    if (held === undefined || distance(failure) > distance(held)) worst.set(key, failure);
  }
  return [...worst.values()].sort((one, other) => distance(other) - distance(one));
}

function distance({ value, threshold }: ThresholdFailure): number {
  if (value === null || threshold === null || Number.isNaN(value)) return Number.MAX_VALUE;
  return Math.min(Number.MAX_VALUE, Math.abs(value - threshold) / Math.max(Math.abs(threshold), Number.MIN_VALUE));
}

const allowed = {
  lower: (limit: string) => `at least ${limit}`,
  upper: (limit: string) => `at most ${limit}`,
  absolute_change: (limit: string) => `change limited by ${limit}`,
  relative_change: (limit: string) => `change limited by ${limit} of the value before`,
} as const;

const { missingSlice, missingThresholds, unexplained } = failedWithoutMetric;

function isOfNoThreshold({ metric }: ThresholdFailure): boolean {
  return metric === missingThresholds || metric === unexplained;
}

function sentence({ metric, slice, bound, value, threshold }: ThresholdFailure): string {
  if (metric === missingSlice) return `${slice === '' ? 'all data' : `slice ${slice}`} is missing`;
  if (metric === missingThresholds) return 'no thresholds are set for it';
  if (metric === unexplained) return 'its result does not tell why';
  const where = `${metric} of ${slice === '' ? 'all data' : slice}`;
  const limit = threshold === null ? '' : ` (${allowed[bound](figure(threshold))})`;
  return value === null ? `${where} is out of bounds${limit}` : `${where} is ${figure(value)}${limit}`;
}
