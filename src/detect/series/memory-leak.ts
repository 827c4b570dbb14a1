import type { LowerEnvelope } from '../../stats/index.ts';
import { quiet } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure, span } from '../figure.ts';
import { scalarDetector } from '../scalar.ts';
import { severityOf, timeLeft } from './memory-exhaustion.ts';
import { memoryLeakOptions } from './memory-leak-options.ts';
import {
  beganAnew,
  goesOnNow,
  hasEnded,
  isBack,
  isJump,
  latestMinima,
  newEnvelope,
  partOf,
  scales,
  slopeAt,
  slopeOver,
  slowsDown,
  steepestRise,
  window,
  type Part,
  type Rise,
} from './memory-rise.ts';

/** So many times the level before need not last, where the capacity is not known: with a few more such times no card has it. */
const manifold = 2;

/** A rise that may become a leak. */
interface Suspicion extends Rise {
  /** How far it has to go on before it is told. */
  readonly confirmed: number;
  /** The value that it began with, counted like {@link State.judged}. */
  readonly begun: number;
  /** The step that brought it. */
  readonly step: number | null;
}

export interface State {
  readonly envelope: LowerEnvelope;
  /** Of what all take together, in minima of the same values; NaN where that is not known. */
  readonly pool: LowerEnvelope;
  readonly episode: Episode<number | null>;
  suspicion: Suspicion | null;
  /** The scale that gave the last evidence. */
  scale: number;
  /** Values of the series, and those since the judgement began. */
  taken: number;
  judged: number;
  /** When it began, Unix seconds. */
  since: number;
  /** The highest level of now, and the highest that was given back. */
  highest: number;
  returned: number;
}

/**
 * Memory that rises steadily and never falls back: the lower envelope of its values has a significant, straight and lasting trend at
 * one of many time scales. Garbage that is collected, a single jump, and a rise that levels off are none.
 */
export const memoryLeak = scalarDetector({
  kind: 'memory_leak',
  subject: 'series',
  meaning: 'memory in use rises steadily and is not given back',
  // Not worker_lost: an early leak of the node would hide every end of a worker. Where the kernel killed it, oom_kill says so.
  explains: ['host_memory_pressure', 'oom_kill', 'gpu_memory_pressure', 'memory_fragmentation'],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: memoryLeakOptions,
  start: (): State => ({
    envelope: newEnvelope(),
    pool: newEnvelope(),
    episode: new Episode(),
    suspicion: null,
    scale: 0,
    taken: 0,
    judged: 0,
    since: 0,
    highest: -Infinity,
    returned: -Infinity,
  }),
  observe(state, point, { name, owner }, options) {
    const { envelope, pool, episode } = state;
    const { value, step } = point;
    if (!Number.isFinite(value)) return quiet;
    state.taken += 1;
    if (state.taken <= options.warmup) return quiet;
    if (state.judged === 0) state.since = point.time;
    state.judged += 1;
    const completed = envelope.push(value);
    pool.push(point.pool ?? NaN);
    if (completed === 0) return quiet;
    const latest = envelope.minima(0).at(-1) ?? NaN;
    state.highest = Math.max(state.highest, latest);
    const { suspicion } = state;
    if (beganAnew(envelope, completed, state.judged)) {
      // So does the judgement.
      giveBack(state, latest);
      envelope.clear(scales);
      pool.clear(scales);
      state.suspicion = null;
      state.judged = 0;
      return episode.calm(step, 1);
    }
    const rise = steepestRise(envelope, completed, point.capacity, options);
    if (suspicion === null) {
      if (rise !== null) {
        const begun = state.judged - envelope.minima(rise.scale).length * envelope.span(rise.scale);
        const confirmed = rise.level + options.confirmation * (rise.level - rise.from);
        state.suspicion = { ...rise, confirmed, begun, step };
      }
      return quiet;
    }
    const values = state.judged - suspicion.begun;
    const whole = latestMinima(envelope, values);
    const back = isBack(suspicion, latest);
    if (back || hasEnded(suspicion, whole)) {
      if (back) giveBack(state, latest);
      // That was no leak. A slower one may be beneath.
      envelope.clear(suspicion.scale + 1);
      pool.clear(suspicion.scale + 1);
      state.suspicion = null;
      return episode.calm(step, 1);
    }
    if (isJump(suspicion, whole, latest)) return quiet;
    if (!episode.open && latest < (suspicion.from + suspicion.level) / 2) state.suspicion = null;
    const goesOn = episode.open ? rise !== null : latest >= suspicion.confirmed;
    const scale = rise?.scale ?? (episode.open ? state.scale : suspicion.scale);
    const secondsPerValue = (point.time - state.since) / state.judged;
    const lasted = values * secondsPerValue;
    // The node is read less often than a step may last: what all take is seen over the whole time.
    const paces = [slopeAt(envelope, scale), slopeOver(pool, values)].filter(Number.isFinite);
    const left = goesOn ? timeLeft(point, latest, Math.max(...paces) / secondsPerValue) : null;
    const soon = left === null ? latest >= manifold * suspicion.from : lasted >= 2 * left;
    const isLong = episode.open || lasted >= options.lasting || soon;
    if (!goesOn || !isLong || slowsDown(suspicion, whole)) {
      // A window of the scale on which it was seen, without evidence.
      const verdict = episode.calm(step, window * 2 ** state.scale);
      if (verdict.status === 'recovered') state.suspicion = null;
      return verdict;
    }
    state.scale = scale;
    const { from } = suspicion;
    const part = partOf(whole, latestMinima(pool, values));
    const course = {
      from,
      latest,
      returned: state.returned,
      part,
      goesOn: goesOnNow(suspicion, whole),
      lasted,
      left,
    };
    const unit = name.endsWith('_bytes') ? gibibytes : figure;
    return {
      status: 'evidence',
      severity: severityOf(name, point, course, options),
      firstStep: episode.disturbed(suspicion.step),
      step,
      score: latest / from - 1,
      threshold: options.rise,
      baseline: from,
      window: envelope.minima(scale).length * envelope.span(scale),
      cause:
        `Memory of ${owner} (${name}) has risen from ${unit(from)} to ${unit(latest)} within ${span(lasted)} and was not given back` +
        endOf(part, left),
      advice:
        part === 'none'
          ? 'Pages of mapped files are dropped when memory is needed: report anonymous memory, which is resident less shared.'
          : 'Look for what keeps growing: tensors kept with their graph (a loss summed without .item()), caches, lists of metrics, workers that load data.',
    };
  },
});

/** How the sentence ends. */
function endOf(part: Part, left: number | null): string {
  if (part === 'none') return '; the memory in use on the node did not rise with it.';
  if (left === null) return '.';
  return part === 'small'
    ? `; at the pace of all on the node together it is used up in ${span(left)}.`
    : `; at this pace it is used up in ${span(left)}.`;
}

/** What was in use before was given back, down to this level. */
function giveBack(state: State, latest: number): void {
  state.returned = Math.max(state.returned, state.highest);
  state.highest = latest;
}

function gibibytes(bytes: number): string {
  return `${figure(bytes / 2 ** 30)} GiB`;
}
