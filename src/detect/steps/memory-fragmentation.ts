import { integer, number } from '../../config/index.ts';
import { SlidingWindow, sumOf } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';

/** Steps within which retries are counted, and what the allocator takes from the driver. */
const window = 100;
/** So many times within these steps it takes more, so that it is no single larger batch, and each time by at least this share. */
const growths = 3;
const growth = 0.01;

const advice =
  'Let blocks grow (PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True), keep shapes alike from step to step, or make the batch smaller.';

export interface State {
  readonly retries: SlidingWindow;
  readonly errors: SlidingWindow;
  /** 1 where the allocator held more than before. */
  readonly grown: SlidingWindow;
  readonly peaks: SlidingWindow;
  readonly episode: Episode;
  /** The counters at the step before, null before they were told; steps that were seen. */
  retriesBefore: number | null;
  errorsBefore: number | null;
  /** The most that the allocator held, in bytes. */
  mostReserved: number;
  steps: number;
}

/**
 * The allocator of the framework finds no block although memory is reserved: it gives cached blocks back to the driver and asks again
 * (`num_alloc_retries` of PyTorch), which stops the device each time, or fails (`num_ooms`). Before that it takes more and more from the
 * driver, of which tensors need far less at any time: the rest is in pieces that are too small.
 */
export const memoryFragmentation = stepDetector({
  kind: 'memory_fragmentation',
  subject: 'rank',
  meaning:
    'the allocator of device memory holds far more than is in use and takes more, has to free its cache again and again, or fails',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    retries: integer({ default: 5, min: 1, max: 1_000_000, help: 'Retries within 100 steps' }),
    unused: number({
      default: 0.4,
      min: 0,
      max: 1,
      help: 'Share of what the allocator holds that is never in use at once, from which taking more is told',
    }),
    warmup: integer({ default: 10, min: 0, max: 1_000_000, help: 'Steps before the first that is judged' }),
  }),
  reads: ['allocation_retries', 'out_of_memory_errors', 'memory_reserved_bytes'],
  metrics: {},
  start: (): State => ({
    retries: new SlidingWindow(window),
    errors: new SlidingWindow(window),
    grown: new SlidingWindow(window),
    peaks: new SlidingWindow(window),
    episode: new Episode(),
    retriesBefore: null,
    errorsBefore: null,
    mostReserved: 0,
    steps: 0,
  }),
  observe(state, { rank, step, fresh, known }, options) {
    const { allocation_retries: retries, out_of_memory_errors: errors } = fresh;
    const { memory_reserved_bytes: reserved = 0, memory_peak_bytes: peak } = known;
    const [retried, failed] = [rise(retries, state.retriesBefore), rise(errors, state.errorsBefore)];
    const grown = state.mostReserved > 0 && reserved > (1 + growth) * state.mostReserved;
    state.retriesBefore = retries ?? state.retriesBefore;
    state.errorsBefore = errors ?? state.errorsBefore;
    state.mostReserved = Math.max(reserved, state.mostReserved);
    state.steps += 1;
    if (state.steps <= options.warmup) return quiet;
    state.retries.push(retried);
    state.errors.push(failed);
    // Batches of unlike shapes lay the cache out for longer.
    if (state.steps > options.warmup + window) state.grown.push(Number(grown));
    if (peak !== undefined) state.peaks.push(peak);
    const [recent, errorsNow] = [sumOf(state.retries.sorted), sumOf(state.errors.sorted)];
    const unused = unusedShare(reserved, state.peaks);
    const isShort = recent >= options.retries || errorsNow > 0;
    const takesMore = sumOf(state.grown.sorted) >= growths && (unused ?? 0) >= options.unused;
    if (!isShort && !takesMore) return state.episode.calm(step, 1);
    const told = { firstStep: state.episode.disturbed(step), step, baseline: null, window, advice };
    const rest = `${figure(100 * (unused ?? 0))} % of what its allocator holds was never in use at once.`;
    if (!isShort)
      return {
        ...told,
        status: 'evidence',
        severity: 'info',
        score: unused ?? 0,
        threshold: options.unused,
        cause: `Rank ${rank} takes ever more device memory, ${figure(reserved / 2 ** 30)} GiB by now, although ${rest}`,
      };
    return {
      ...told,
      status: 'evidence',
      severity: 'warning',
      score: Math.max(recent, errorsNow),
      threshold: errorsNow > 0 ? 1 : options.retries,
      cause:
        (errorsNow > 0
          ? `Rank ${rank} ran out of device memory ${figure(errorsNow)} times within ${window} steps`
          : `Rank ${rank} had to free cached device memory ${figure(recent)} times within ${window} steps`) +
        (unused === null ? '.' : `; ${rest}`),
    };
  },
});

/** The share of what the allocator holds that tensors needed at no time of the last steps; null where that is not known. */
function unusedShare(reserved: number, peaks: SlidingWindow): number | null {
  return reserved === 0 || peaks.size === 0 ? null : 1 - peaks.quantile(1) / reserved;
}

function rise(now: number | undefined, before: number | null): number {
  return now === undefined || before === null ? 0 : Math.max(0, now - before);
}
