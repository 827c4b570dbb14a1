import { integer, number } from '../../config/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector, type Severity } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';

/** Parts of a step in which no work of the model is done. */
const parts = {
  data_wait_seconds: {
    name: 'waiting for input data',
    advice:
      'Give the loader more workers and prefetch, decode ahead of time, and look at the store that the data comes from.',
  },
  host_to_device_seconds: {
    name: 'copying input to the device',
    advice: 'Pin host memory and copy without blocking, so that copies overlap with the work on the device.',
  },
  collective_wait_seconds: {
    name: 'waiting in collectives',
    advice:
      'Look for a straggler first; then overlap communication with the backward pass, make buckets larger, accumulate more steps.',
  },
  checkpoint_seconds: {
    name: 'writing checkpoints',
    advice: 'Write checkpoints in the background, less often, or to a faster store.',
  },
  evaluation_seconds: { name: 'evaluating', advice: 'Evaluate less often, or on fewer batches.' },
} as const;
type Part = keyof typeof parts;
const partNames = Object.keys(parts) as readonly Part[];

/** Windows of which the usual share is taken, and how many there must be. */
const remembered = 16;
const enough = 3;

export interface State {
  readonly seconds: Record<Part, number>;
  /** Shares of the windows before. */
  readonly usual: Record<Part, SlidingWindow>;
  readonly episode: Episode;
  /** Of the window that fills, as `seconds` is. */
  total: number;
  steps: number;
  /** First step of the window that fills. */
  began: number;
  /** People were told that it became worse: that much time goes into it, which is less, is no news from then on. */
  told: boolean;
  /** Windows in a row in which one part took much, whether the last of them was worse than usual, and the first step that was as it is. */
  high: number;
  worse: boolean;
  since: number;
}

/**
 * Much of the time goes into one part of the step in which the model does not compute. That is to be known where the run could be faster,
 * and a warning where it was.
 */
export const bottleneck = stepDetector({
  kind: 'bottleneck',
  subject: 'run',
  meaning: 'much of the time goes into input, copies, communication, checkpoints or evaluations',
  explains: ['gpu_underused', 'slow_down'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    share: number({ default: 0.2, min: 0.01, max: 1, help: 'Share of the time from which a part is a bottleneck' }),
    rise: number({
      default: 0.15,
      min: 0.01,
      max: 1,
      help: 'Rise of the share above its usual one that makes it a warning',
    }),
    window: integer({ default: 100, min: 10, max: 100_000, help: 'Steps over which shares are taken' }),
    patience: integer({
      default: 2,
      min: 1,
      max: 1000,
      help: 'Windows in a row for which it must last, and after which it is over',
    }),
  }),
  reads: ['step_seconds', ...partNames],
  metrics: {},
  start: (): State => ({
    seconds: perPart(() => 0),
    usual: perPart(() => new SlidingWindow(remembered)),
    episode: new Episode(),
    total: 0,
    steps: 0,
    began: 0,
    told: false,
    high: 0,
    worse: false,
    since: 0,
  }),
  observe(state, observation, options) {
    const { fresh, step, rank, wentBack } = observation;
    if (wentBack) begin(state);
    const whole = fresh.step_seconds;
    for (const part of partNames) state.seconds[part] += duration(fresh[part]);
    if (whole === undefined) return quiet;
    if (state.steps === 0) state.began = step;
    state.total += duration(whole);
    state.steps += 1;
    if (state.steps < options.window || state.total === 0) return quiet;
    const judged = judge(state, options);
    begin(state);
    if (judged === null) {
      state.high = 0;
      state.worse = false;
      return state.episode.calm(step, options.patience);
    }
    const { part, share, usual, severity } = judged;
    const worse = severity === 'warning';
    if (state.high === 0 || worse !== state.worse) state.since = state.began;
    state.high += 1;
    state.worse = worse;
    if (state.told && !worse) return state.episode.calm(step, options.patience);
    if (state.high < options.patience) return quiet;
    state.told ||= worse;
    const first = state.episode.disturbed(state.since);
    const before = worse ? `, where ${figure(100 * usual)} % were usual before` : '';
    return {
      status: 'evidence',
      severity,
      // What was always so is not what became worse.
      firstStep: worse ? state.since : first,
      step,
      judgedFrom: state.began,
      score: share,
      threshold: options.share,
      baseline: Number.isNaN(usual) ? null : usual,
      window: options.window,
      cause: `Rank ${rank} spends ${figure(100 * share)} % of its time ${parts[part].name} since about step ${state.since}${before}.`,
      advice: parts[part].advice,
    };
  },
});

interface Options {
  readonly share: number;
  readonly rise: number;
}

interface Judged {
  readonly part: Part;
  readonly share: number;
  /** NaN where there is none yet. */
  readonly usual: number;
  readonly severity: Severity;
}

/** The part with the largest share of the full window, null where that is not much. What has become worse does not become usual. */
function judge({ seconds, usual, total }: State, { share: limit, rise }: Options): Judged | null {
  let worst: Judged | null = null;
  for (const part of partNames) {
    const share = seconds[part] / total;
    const before = usual[part].size < enough ? NaN : usual[part].median();
    const isWorse = share - before >= rise;
    if (!isWorse) usual[part].push(share);
    if (share >= limit && share > (worst?.share ?? 0)) {
      worst = { part, share, usual: before, severity: isWorse ? 'warning' : 'info' };
    }
  }
  return worst;
}

/** Begins another window. */
function begin(state: State): void {
  state.total = 0;
  state.steps = 0;
  for (const part of partNames) state.seconds[part] = 0;
}

function duration(seconds: number | undefined): number {
  return seconds !== undefined && seconds > 0 && seconds < Infinity ? seconds : 0;
}

function perPart<Value>(of: () => Value): Record<Part, Value> {
  return Object.fromEntries(partNames.map((part) => [part, of()])) as Record<Part, Value>;
}
