import { integer, number } from '../../config/index.ts';
import { LevelShift } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { trainingSeconds, workBy, workMeasures, type WorkMeasure } from './step-time.ts';

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
  /** What the work of a step is measured by, and the surest measure that the last step told. */
  measure: WorkMeasure;
  told: WorkMeasure;
  batchSize: number | null;
  worldSize: number | null;
}

/**
 * Steps take longer than they did before, and go on doing so: fail-slow hardware, a network that lost a link, a store that became slow. A
 * step with more work may take longer: where workers tell how much it was, it is the time for as much.
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
    measure: 'steps',
    told: 'steps',
    batchSize: null,
    worldSize: null,
  }),
  observe(state, observation, options) {
    const { level, episode } = state;
    const { step, rank, attempt, worldSize, wentBack, fresh, known } = observation;
    const seconds = trainingSeconds(observation);
    if (wentBack || attempt !== state.attempt) {
      level.interrupt();
      state.attempt = attempt;
      state.steps = 0;
    }
    const isResized = differs(fresh.batch_size, state.batchSize) || differs(worldSize, state.worldSize);
    state.batchSize = fresh.batch_size ?? state.batchSize;
    state.worldSize = worldSize ?? state.worldSize;
    if (isResized && state.measure === 'steps') level.clear();
    if (seconds === null) return quiet;
    measureBy(workMeasures.find((measure) => workBy(measure, known) !== null) ?? 'steps', state);
    const work = workBy(state.measure, known);
    state.steps += 1;
    if (work === null || state.steps <= options.warmup) return quiet;
    const changed = isOfOneKind(state.measure) ? null : state.work.take(Math.log(work), true);
    if (changed !== null && Math.abs(changed.by) > Math.max(Math.log(1 + otherWork), options.z * changed.sigma)) {
      // The time for one token grows with the length of a sequence.
      level.clear();
      state.work.clear();
    }
    const shift = level.take(Math.log(seconds / work), !episode.open);
    if (shift === null) return quiet;
    const limit = Math.max(Math.log(options.slowdown), options.z * Math.max(scaleFloor, shift.sigma));
    if (shift.by < limit) return shift.by < limit / 2 ? episode.calm(step, options.recent) : quiet;
    if (!episode.open && !level.isOther(shift)) return quiet;
    const factor = Math.exp(shift.by);
    const usual = Math.exp(shift.usual);
    // A median moves when half of its values have.
    const firstStep = episode.disturbed(Math.max(0, step - ((options.recent - 1) >> 1)));
    const bySteps = state.measure === 'steps';
    const what = bySteps ? 'A step' : 'The same work';
    const figures = bySteps ? ` (${figure(factor * usual)} s instead of ${figure(usual)} s)` : '';
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

/** Whether as much work is as long a time at all steps. A utilisation is often a mean over steps: beside the time of one it tells no work. */
function isOfOneKind(measure: WorkMeasure): boolean {
  return measure === 'steps' || measure === 'mfu_ratio';
}

function differs(now: number | undefined, before: number | null): boolean {
  return now !== undefined && before !== null && now !== before;
}

/** Goes over to another measure when two steps in a row tell it: what is told now and then measures nothing between. */
function measureBy(told: WorkMeasure, state: State): void {
  const isLasting = told === state.told;
  state.told = told;
  if (!isLasting || told === state.measure) return;
  state.measure = told;
  state.level.clear();
  state.work.clear();
}
