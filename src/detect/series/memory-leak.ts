import { duration, integer, number, text } from '../../config/index.ts';
import { LowerEnvelope, mannKendall, theilSen } from '../../stats/index.ts';
import { detectorOptions, quiet, type Severity } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure, span } from '../figure.ts';
import { scalarDetector, type ScalarPoint } from '../scalar.ts';

/** Values in the shortest minimum, minima in a window, and scales: from 128 values on to 262,144. */
const base = 4;
const window = 32;
const scales = 12;
/** Minima with which a window is judged first. */
const enough = 24;
/** What a memory lets go when its owner starts anew, as a share of it. */
const restart = 0.2;

/** A rise that may become a leak. */
interface Suspicion {
  readonly scale: number;
  /** The level that it came from, the one that it had reached when it was seen, and how far it has to go on. */
  readonly from: number;
  readonly level: number;
  readonly confirmed: number;
  /** The step that brought it. */
  readonly step: number | null;
}

export interface State {
  readonly envelope: LowerEnvelope;
  readonly episode: Episode<number | null>;
  suspicion: Suspicion | null;
  /** The scale that gave the last evidence. */
  scale: number;
  /** Values of the series, and those since the judgement began. */
  taken: number;
  judged: number;
  /** When it began, Unix seconds. */
  since: number;
}

/**
 * Memory that rises steadily and never falls back: the lower envelope of its values has a significant, straight and lasting trend at
 * one of many time scales. Garbage that is collected, a single jump, and a rise that levels off are none.
 */
export const memoryLeak = scalarDetector({
  kind: 'memory_leak',
  subject: 'series',
  meaning: 'memory in use rises steadily and is not given back',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    series: text({
      default:
        'gradwatch_node_memory_used_bytes,gradwatch_gpu_memory_used_bytes,gradwatch_train_process_memory_bytes,gradwatch_train_memory_allocated_bytes',
      expected: 'names of metrics, * for any characters, separated by commas',
      help: 'Series of memory in use that are judged',
    }),
    warmup: integer({ default: 60, min: 0, max: 100_000, help: 'Values of a series before the first that is judged' }),
    z: number({
      default: 4.5,
      min: 1,
      max: 100,
      help: 'Trend of Mann and Kendall, in standard deviations, from which it counts',
    }),
    rise: number({
      default: 0.05,
      min: 0,
      max: 100,
      help: 'Least rise within a window, as a share of the level before',
    }),
    capacity: number({
      default: 0.02,
      min: 0,
      max: 1,
      help: 'Least rise within a window, as a share of the memory that there is, where that is known',
    }),
    confirmation: number({
      default: 0.5,
      min: 0,
      max: 10,
      help: 'How much further the rise must go on before it is told, as a share of itself',
    }),
    warning: duration({
      default: '1d',
      min: '1s',
      max: '365d',
      help: 'Time to exhaustion below which it is a warning; above it is info, and a warning where it cannot be told',
    }),
    critical: duration({
      default: '1h',
      min: '1s',
      max: '30d',
      help: 'Time to exhaustion below which it is critical',
    }),
  }),
  start: (): State => ({
    envelope: new LowerEnvelope({ base, window, scales }),
    episode: new Episode(),
    suspicion: null,
    scale: 0,
    taken: 0,
    judged: 0,
    since: 0,
  }),
  observe(state, point, { name, owner }, options) {
    const { envelope, episode } = state;
    const { value, step } = point;
    if (!Number.isFinite(value)) return quiet;
    state.taken += 1;
    if (state.taken <= options.warmup) return quiet;
    if (state.judged === 0) state.since = point.time;
    state.judged += 1;
    const completed = envelope.push(value);
    if (completed === 0) return quiet;
    const lowest = envelope.minima(0);
    const latest = lowest.at(-1) ?? NaN;
    const { suspicion } = state;
    const before = lowest.at(-2) ?? latest;
    // Back where it came from, or far down at once: its owner began anew, and so does the judgement.
    if (
      latest < (1 - restart) * before ||
      (suspicion !== null && latest < suspicion.from + restart * (suspicion.level - suspicion.from))
    ) {
      envelope.clear();
      state.suspicion = null;
      state.judged = 0;
      return episode.calm(step, 1);
    }
    const rise = steepest(envelope, completed, point.capacity, options);
    if (suspicion === null) {
      if (rise !== null) {
        const { scale, from, level } = rise;
        state.suspicion = { scale, from, level, confirmed: level + options.confirmation * (level - from), step };
      }
      return quiet;
    }
    if (latest < suspicion.level - 0.5 * (suspicion.level - suspicion.from) && !episode.open) state.suspicion = null;
    const told = episode.open ? rise !== null : latest >= suspicion.confirmed;
    if (!told) {
      // A window of the scale on which it was seen, without evidence.
      const verdict = episode.calm(step, window * 2 ** state.scale);
      if (verdict.status === 'recovered') state.suspicion = null;
      return verdict;
    }
    state.scale = rise?.scale ?? suspicion.scale;
    const perMinimum = theilSen(envelope.minima(state.scale));
    const { perSecond, seconds } = pace(state, point, perMinimum);
    const left = point.capacity === null ? null : (point.capacity - latest) / perSecond;
    const unit = name.endsWith('_bytes') ? gibibytes : figure;
    return {
      status: 'evidence',
      severity: severityOf(left, options),
      firstStep: episode.disturbed(suspicion.step),
      step,
      score: latest / suspicion.from - 1,
      threshold: options.rise,
      baseline: suspicion.from,
      window: envelope.minima(state.scale).length * envelope.span(state.scale),
      cause:
        `Memory of ${owner} (${name}) has risen from ${unit(suspicion.from)} to ${unit(latest)} within ${span(seconds)} and was not given back` +
        (left === null ? '.' : `; at this pace it is used up in ${span(left)}.`),
      advice:
        'Look for what keeps growing: tensors kept with their graph (a loss summed without .item()), caches, lists of metrics, workers that load data.',
    };
  },
});

interface Limits {
  readonly z: number;
  readonly rise: number;
  readonly capacity: number;
}

interface Rise {
  readonly scale: number;
  readonly from: number;
  readonly level: number;
}

/** The rise of the shortest of the scales with a new minimum that has one. */
function steepest(envelope: LowerEnvelope, completed: number, capacity: number | null, limits: Limits): Rise | null {
  for (let scale = 0; scale < completed; scale += 1) {
    const minima = envelope.minima(scale);
    const rise = minima.length < enough ? null : riseOf(minima, envelope.highestBefore(scale), capacity, limits);
    if (rise !== null) return { scale, ...rise };
  }
  return null;
}

/** The steady rise of minima in order of time, null where there is none. */
function riseOf(
  minima: Float64Array,
  highestBefore: number,
  capacity: number | null,
  limits: Limits,
): { readonly from: number; readonly level: number } | null {
  const quarter = minima.length >> 2;
  const levels = [3, 2, 1, 0].map((back) => {
    const end = minima.length - back * quarter;
    return median(minima.subarray(end - quarter, end));
  });
  const [from = NaN, second = NaN, third = NaN, level = NaN] = levels;
  if (!(from < second && second < third && third < level)) return null;
  // It was as high before: load that comes and goes.
  if (level <= highestBefore) return null;
  const whole = ((level - from) * 4) / 3;
  if (whole < Math.max(limits.rise * Math.abs(from), limits.capacity * (capacity ?? 0))) return null;
  // It levels off: the last quarter rose by less than half of its share.
  if (level - third < (level - from) / 6) return null;
  // One jump made half of it.
  let jump = 0;
  for (let at = 1; at < minima.length; at += 1) jump = Math.max(jump, (minima[at] ?? NaN) - (minima[at - 1] ?? NaN));
  if (jump > (level - from) / 2) return null;
  return mannKendall(minima, straightness * whole) < limits.z ? null : { from, level };
}

/** Deviation from a straight line that is taken for granted, as a share of the rise. */
const straightness = 0.03;

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? NaN) : ((sorted[half] ?? NaN) + (sorted[half - 1] ?? NaN)) / 2;
}

/** Seconds since the judgement began, and rise a second: the values came evenly. */
function pace({ since, judged, envelope, scale }: State, { time }: ScalarPoint, perMinimum: number) {
  const seconds = time - since;
  const perValue = perMinimum / envelope.span(scale);
  return { seconds, perSecond: seconds > 0 ? (perValue * judged) / seconds : Infinity };
}

function severityOf(left: number | null, { warning, critical }: { warning: number; critical: number }): Severity {
  return left === null ? 'warning' : left < critical ? 'critical' : left < warning ? 'warning' : 'info';
}

function gibibytes(bytes: number): string {
  return `${figure(bytes / 2 ** 30)} GiB`;
}
