import { integer, number } from '../../config/index.ts';
import { LevelShift } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { trainingSeconds, workOf } from './step-time.ts';

/** A change of the work of a step, as a share of it, after which another time for the same work is to be expected. */
const otherWork = 0.1;
/** Least standard deviation of the logarithm that is assumed. */
const scaleFloor = 0.02;

export interface State {
  readonly level: LevelShift;
  /** Logarithms of the work of a step. */
  readonly work: LevelShift;
  readonly episode: Episode;
  /** Of the process that is observed, and how many of its steps were. */
  attempt: number;
  steps: number;
  /** What the time is measured by: work of a step where it is told. */
  byWork: boolean;
  batchSize: number | null;
}

/**
 * Steps take longer than they did before, and go on doing so: fail-slow hardware, a network that lost a link, a store that became slow. A
 * step with more work may take longer: where workers tell tokens or samples, it is the time for one.
 */
export const slowDown = stepDetector({
  kind: 'slow_down',
  subject: 'run',
  meaning: 'steps take longer than before, and go on doing so',
  explains: ['throughput_regression', 'step_outlier'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    slowdown: number({
      default: 1.15,
      min: 1.01,
      max: 100,
      help: 'Time of the last steps over that of the steps before',
    }),
    z: number({ default: 3, min: 0, max: 1000, help: 'The same in robust standard deviations of the logarithm' }),
    critical: number({ default: 2, min: 1.01, max: 1000, help: 'Slowdown from which it is critical' }),
    recent: integer({ default: 15, min: 3, max: 1024, help: 'The last steps, of whose times the median counts' }),
    window: integer({ default: 128, min: 8, max: 4096, help: 'The steps before' }),
    warmup: integer({ default: 10, min: 0, max: 4096, help: 'First steps of a process that are passed over' }),
  }),
  reads: ['step_seconds', 'batch_size'],
  metrics: {},
  start: ({ recent, window }): State => ({
    level: new LevelShift(recent, window),
    work: new LevelShift(recent, window),
    episode: new Episode(),
    attempt: -1,
    steps: 0,
    byWork: false,
    batchSize: null,
  }),
  observe(state, observation, options) {
    const { level, episode } = state;
    const { step, rank, attempt, wentBack, fresh } = observation;
    const seconds = trainingSeconds(observation);
    if (wentBack || attempt !== state.attempt) {
      level.interrupt();
      state.attempt = attempt;
      state.steps = 0;
    }
    const work = workOf(observation);
    const grew =
      work === null && fresh.batch_size !== undefined && fresh.batch_size !== (state.batchSize ?? fresh.batch_size);
    state.batchSize = fresh.batch_size ?? state.batchSize;
    if (grew || (seconds !== null && (work !== null) !== state.byWork)) level.clear();
    if (seconds === null) return quiet;
    state.byWork = work !== null;
    state.steps += 1;
    if (state.steps <= options.warmup) return quiet;
    const changed = work === null ? null : state.work.take(Math.log(work), true);
    if (changed !== null && Math.abs(changed.by) > Math.max(Math.log(1 + otherWork), options.z * changed.sigma)) {
      // The time for one token grows with the length of a sequence.
      level.clear();
      state.work.clear();
    }
    const shift = level.take(Math.log(seconds / (work ?? 1)), !episode.open);
    if (shift === null) return quiet;
    const limit = Math.max(Math.log(options.slowdown), options.z * Math.max(scaleFloor, shift.sigma));
    if (shift.by < limit) return shift.by < limit / 2 ? episode.calm(step, options.recent) : quiet;
    if (!episode.open && !level.isOther(shift)) return quiet;
    const factor = Math.exp(shift.by);
    const usual = Math.exp(shift.usual);
    // A median moves when half of its values have.
    const firstStep = episode.disturbed(Math.max(0, step - ((options.recent - 1) >> 1)));
    const what = work === null ? 'A step' : 'The same work';
    const figures = work === null ? ` (${figure(factor * usual)} s instead of ${figure(usual)} s)` : '';
    return {
      status: 'evidence',
      severity: factor >= options.critical ? 'critical' : 'warning',
      firstStep,
      step,
      judgedFrom: step - options.recent + 1,
      score: factor,
      threshold: Math.exp(limit),
      baseline: usual,
      window: shift.size,
      cause: `${what} takes rank ${rank} ${figure(factor)} times as long as before since about step ${firstStep}${figures}.`,
      advice:
        'Look for what changed then: a straggler among the ranks, clocks and throttling of GPUs, errors of the network, the store of the input, other jobs on the nodes.',
    };
  },
});
