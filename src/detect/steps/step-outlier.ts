import { integer, number } from '../../config/index.ts';
import { madToSigma, SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { trainingSeconds } from './step-time.ts';

/** Least standard deviation of the logarithm that is assumed. */
const scaleFloor = 0.02;
/** Slow steps of which is known when they were. */
const remembered = 32;
/** So many of the last slow steps can be the one before in a regular row. */
const candidates = 4;

export interface State {
  readonly usual: SlidingWindow;
  readonly episode: Episode;
  /** The last slow steps, oldest first; those that came as expected included. */
  slow: number[];
  /** The last of them that nobody could expect. */
  unexpected: number[];
  /** Slow steps in a row. */
  inRow: number;
}

/** One step took far longer than steps do in this run, and not because it was time for it. */
export const stepOutlier = stepDetector({
  kind: 'step_outlier',
  subject: 'run',
  meaning: 'single steps take much longer than usual',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    slowdown: number({ default: 1.5, min: 1.01, max: 1000, help: 'Time over the usual one from which a step is slow' }),
    z: number({ default: 6, min: 0, max: 1000, help: 'The same in robust standard deviations of the logarithm' }),
    window: integer({ default: 64, min: 8, max: 4096, help: 'Steps whose median is the usual time' }),
    warmup: integer({ default: 16, min: 3, max: 4096, help: 'Steps before the first verdict' }),
    many: integer({ default: 10, min: 2, max: 32, help: 'Unexpected slow steps that are a warning' }),
    within: integer({ default: 200, min: 2, max: 100_000, help: 'The last steps among which they are' }),
    shift: integer({ default: 5, min: 2, max: 4096, help: 'Slow steps in a row that are a new level and no outliers' }),
    recovery: integer({ default: 20, min: 1, max: 10_000, help: 'Usual steps in a row after which it is over' }),
  }),
  reads: ['step_seconds'],
  metrics: {},
  start: ({ window }): State => ({
    usual: new SlidingWindow(window),
    episode: new Episode(),
    slow: [],
    unexpected: [],
    inRow: 0,
  }),
  observe(state, observation, { slowdown, z, warmup, many, within, shift, recovery }) {
    const { usual, episode } = state;
    const { step, rank, wentBack } = observation;
    if (wentBack) {
      state.slow = [];
      state.unexpected = [];
    }
    const seconds = trainingSeconds(observation);
    if (seconds === null) return quiet;
    const size = usual.size;
    const middle = usual.median();
    const above = Math.log(seconds) - middle;
    const limit =
      size < warmup ? Infinity : Math.max(Math.log(slowdown), z * Math.max(scaleFloor, madToSigma * usual.mad()));
    usual.push(Math.log(seconds));
    if (!(above >= limit)) {
      state.inRow = 0;
      return episode.calm(step, recovery);
    }
    state.inRow += 1;
    const expected = isPeriodic(state.slow, step);
    state.slow = [...state.slow, step].slice(-remembered);
    if (expected || state.inRow >= shift) return quiet;
    state.unexpected = [...state.unexpected.filter((each) => each > step - within), step].slice(-remembered);
    const count = state.unexpected.length;
    const wait = observation.known.collective_wait_seconds ?? 0;
    const waited =
      wait >= (seconds - Math.exp(middle)) / 2 ? `; for ${figure(wait)} s of it the rank waited for others` : '';
    const times = count === 1 ? '' : `, one of ${count} such steps among the last ${within}`;
    return {
      status: 'evidence',
      severity: count >= many ? 'warning' : 'info',
      firstStep: episode.disturbed(step),
      step,
      score: Math.exp(above),
      threshold: Math.exp(limit),
      baseline: Math.exp(middle),
      window: size,
      cause: `Step ${step} of rank ${rank} took ${figure(seconds)} s, where ${figure(Math.exp(middle))} s are usual${times}${waited}.`,
      advice:
        'A single slow step costs little. Many: look at what happens then: garbage collection, a checkpoint that is not reported as one, input from a slow store, other jobs on the node.',
    };
  },
});

/** Whether slow steps came at this distance twice before: at every start of a file of data, or at every unreported evaluation. */
function isPeriodic(slow: readonly number[], step: number): boolean {
  return slow.slice(-candidates).some((before) => {
    const period = step - before;
    const at = before - period;
    // Over many steps a loop may be one off; over few, three slow steps at two such distances come by chance.
    return slow.some((earlier) => earlier !== before && Math.abs(earlier - at) <= (period < 32 ? 0 : 1));
  });
}
