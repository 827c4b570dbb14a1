import { integer, number } from '../../config/index.ts';
import type { Observation, StepValues } from '../../runs/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { trainingSeconds, workBy } from './step-time.ts';

/** A change of the work of a step, as a share of it, after which another throughput is to be expected. */
const otherWork = 0.1;
/** Of samples that become longer a level falls all the time: it is settled when it changes by no more than this share within so many times `patience`. */
const [settled, settling] = [0.03, 4];
/** By how much a swing may be deeper than one that was over. */
const deeper = 0.05;

/** What throughput is measured by, with the unit within a sentence. */
const measures = {
  mfu_ratio: 'MFU',
  tokens: 'tokens a second',
  samples: 'samples a second',
} as const;
type Measure = keyof typeof measures;

export interface State {
  readonly last: SlidingWindow;
  readonly work: SlidingWindow;
  readonly episode: Episode;
  measure: string;
  /** The best level of all, and the upper quartile and the work of a step at it. */
  best: { readonly level: number; readonly upper: number; readonly work: number } | null;
  /** Steps in a row below the limit, and the first of them. */
  low: number;
  since: number;
  /** The level when it was last seen whether it is settled, and whether it was. */
  mark: number;
  isSettled: boolean;
  /** The loss when it was told, and the most since then. */
  told: number;
  most: number;
  /** The most of a swing that is over. */
  swing: number;
}

/** A run gets less done in a second than it did at its best, also where it became so little by little. */
export const throughputRegression = stepDetector({
  kind: 'throughput_regression',
  subject: 'run',
  meaning: 'the run gets less done in a second than it did at its best',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    drop: number({
      default: 0.15,
      min: 0.01,
      max: 0.99,
      help: 'Loss against the best level that counts, as a share of it',
    }),
    critical: number({ default: 0.5, min: 0.01, max: 0.99, help: 'The same, from which it is critical' }),
    window: integer({ default: 64, min: 8, max: 4096, help: 'Steps whose median is a level' }),
    patience: integer({ default: 64, min: 1, max: 100_000, help: 'Steps for which it must last' }),
  }),
  reads: ['step_seconds', 'mfu_ratio'],
  metrics: {},
  start: ({ window }): State => ({
    last: new SlidingWindow(window),
    work: new SlidingWindow(window),
    episode: new Episode(),
    measure: '',
    best: null,
    low: 0,
    since: 0,
    mark: 0,
    isSettled: false,
    told: 0,
    most: 0,
    swing: 0,
  }),
  observe(state, observation, { drop, critical, patience }) {
    const { last, work, episode } = state;
    const { step, rank, wentBack } = observation;
    if (wentBack) begin(state);
    const measured = measure(observation);
    if (measured === null) return quiet;
    if (state.measure !== measured.by) {
      begin(state);
      state.best = null;
      state.measure = measured.by;
    }
    last.push(measured.value);
    work.push(workOf(observation.known) ?? 0);
    if (last.size < last.capacity) return quiet;
    const [level, upper, usualWork] = [last.median(), last.quantile(0.75), work.median()];
    const isOther = state.best !== null && Math.abs(usualWork - state.best.work) > otherWork * state.best.work;
    if (state.best === null || isOther || level > state.best.level) state.best = { level, upper, work: usualWork };
    const loss = 1 - level / state.best.level;
    if (!(loss >= drop)) {
      // What went on falling after it was told and then was as fast as before is work that swings, with an epoch for example.
      if (state.low >= patience && state.most - state.told >= deeper) state.swing = Math.max(state.swing, state.most);
      state.low = 0;
      state.isSettled = false;
      return episode.calm(step, patience);
    }
    if (state.low === 0) state.since = step;
    state.low += 1;
    if (state.low < patience) return quiet;
    if (state.low === patience) state.mark = level;
    else if (state.low % (settling * patience) === 0) {
      state.isSettled ||= Math.abs(level / state.mark - 1) <= settled;
      state.mark = level;
    }
    if (state.low === patience) state.told = state.most = loss;
    state.most = Math.max(state.most, loss);
    // Where steps come and go between two speeds, half of them are now at the one and now at the other; a loss takes the faster steps too.
    if (!episode.open && 1 - upper / state.best.upper < drop / 2) return quiet;
    // A sample may be more work than another; a token is always about the same.
    const isSwing = measured.by === 'samples' && (!state.isSettled || loss <= state.swing + deeper);
    const severe = loss >= critical;
    return {
      status: 'evidence',
      severity: isSwing ? 'info' : severe ? 'critical' : 'warning',
      firstStep: episode.disturbed(state.since),
      step,
      judgedFrom: step - last.size + 1,
      score: loss,
      threshold: severe ? critical : drop,
      baseline: state.best.level,
      window: last.size,
      cause: `Rank ${rank} reaches ${figure(level)} ${measures[measured.by]} since about step ${state.since}, ${figure(100 * loss)} % less than the ${figure(state.best.level)} of its best steps.`,
      advice:
        'Compare with the step at which the level was best: parts of the step, clocks of the GPUs, fragmentation of their memory, what else runs on the nodes.',
    };
  },
});

function measure(observation: Observation): { readonly by: Measure; readonly value: number } | null {
  const { fresh, known } = observation;
  if (fresh.mfu_ratio !== undefined)
    return fresh.mfu_ratio > 0 && fresh.mfu_ratio < Infinity ? { by: 'mfu_ratio', value: fresh.mfu_ratio } : null;
  const seconds = trainingSeconds(observation);
  const work = workOf(known);
  if (seconds === null || work === null || known.mfu_ratio !== undefined) return null;
  return { by: workBy('tokens', known) === null ? 'samples' : 'tokens', value: work / seconds };
}

function workOf(known: StepValues): number | null {
  return workBy('tokens', known) ?? workBy('samples', known);
}

/** What comes next is not to be mixed with the last values. The best level stays. */
function begin(state: State): void {
  state.last.clear();
  state.work.clear();
  state.low = 0;
  state.isSettled = false;
}
