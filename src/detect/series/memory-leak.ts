import { duration, integer, number, text } from '../../config/index.ts';
import type { LowerEnvelope } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure, span } from '../figure.ts';
import { scalarDetector } from '../scalar.ts';
import { severityOf, timeLeft } from './memory-exhaustion.ts';
import {
  isOver,
  latestMinima,
  newEnvelope,
  restart,
  scales,
  slowsDown,
  steepestRise,
  window,
  type Rise,
} from './memory-rise.ts';

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
    lasting: duration({
      default: '2h',
      min: '0s',
      max: '30d',
      help: 'Time for which the rise must have lasted before it is told, or twice what is left to exhaustion',
    }),
    taken: number({
      default: 0.5,
      min: 0,
      max: 1,
      help: 'Share of the memory that was free when the rise began below which it is info',
    }),
    growth: number({
      default: 0.5,
      min: 0,
      max: 100,
      help: 'Rise as a share of the level before, below which it is info where the capacity is not known',
    }),
    warning: duration({
      default: '1d',
      min: '1s',
      max: '365d',
      help: 'Time to exhaustion above which it is info',
    }),
    critical: duration({
      default: '1h',
      min: '1s',
      max: '30d',
      help: 'Time to exhaustion below which it is critical',
    }),
  }),
  start: (): State => ({
    envelope: newEnvelope(),
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
    if (latest < (1 - restart) * before) {
      // Far down at once: its owner began anew, and so does the judgement.
      envelope.clear(scales);
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
    const whole = latestMinima(envelope, state.judged - suspicion.begun);
    if (isOver(suspicion, whole, latest)) {
      // That was no leak. A slower one may be beneath.
      envelope.clear(suspicion.scale + 1);
      state.suspicion = null;
      return episode.calm(step, 1);
    }
    if (!episode.open && latest < (suspicion.from + suspicion.level) / 2) state.suspicion = null;
    const goesOn = episode.open ? rise !== null : latest >= suspicion.confirmed;
    const scale = rise?.scale ?? (episode.open ? state.scale : suspicion.scale);
    const secondsPerValue = (point.time - state.since) / state.judged;
    const lasted = (state.judged - suspicion.begun) * secondsPerValue;
    const left = goesOn ? timeLeft(point, latest, envelope, scale, secondsPerValue) : null;
    const isLong = episode.open || lasted >= Math.min(options.lasting, 2 * (left ?? Infinity));
    if (!goesOn || !isLong || slowsDown(suspicion, whole)) {
      // A window of the scale on which it was seen, without evidence.
      const verdict = episode.calm(step, window * 2 ** state.scale);
      if (verdict.status === 'recovered') state.suspicion = null;
      return verdict;
    }
    state.scale = scale;
    const unit = name.endsWith('_bytes') ? gibibytes : figure;
    return {
      status: 'evidence',
      severity: severityOf(latest - suspicion.from, suspicion.from, point.capacity, left, options),
      firstStep: episode.disturbed(suspicion.step),
      step,
      score: latest / suspicion.from - 1,
      threshold: options.rise,
      baseline: suspicion.from,
      window: envelope.minima(scale).length * envelope.span(scale),
      cause:
        `Memory of ${owner} (${name}) has risen from ${unit(suspicion.from)} to ${unit(latest)} within ${span(lasted)} and was not given back` +
        (left === null ? '.' : `; at this pace it is used up in ${span(left)}.`),
      advice:
        'Look for what keeps growing: tensors kept with their graph (a loss summed without .item()), caches, lists of metrics, workers that load data.',
    };
  },
});

function gibibytes(bytes: number): string {
  return `${figure(bytes / 2 ** 30)} GiB`;
}
