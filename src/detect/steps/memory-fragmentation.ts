import { integer } from '../../config/index.ts';
import { SlidingWindow, sumOf } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';

/** Steps within which retries are counted. */
const window = 100;

export interface State {
  readonly retries: SlidingWindow;
  readonly errors: SlidingWindow;
  readonly episode: Episode;
  /** The counters at the step before, null before they were told; steps that were seen. */
  retriesBefore: number | null;
  errorsBefore: number | null;
  steps: number;
}

/**
 * The allocator of the framework finds no block although memory is reserved: it gives cached blocks back to the driver and asks again
 * (`num_alloc_retries` of PyTorch), which stops the device each time, or fails (`num_ooms`).
 */
export const memoryFragmentation = stepDetector({
  kind: 'memory_fragmentation',
  subject: 'rank',
  meaning: 'the allocator of device memory has to free its cache again and again, or fails',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    retries: integer({ default: 5, min: 1, max: 1_000_000, help: 'Retries within 100 steps' }),
    warmup: integer({ default: 10, min: 0, max: 1_000_000, help: 'Steps before the first that is judged' }),
  }),
  reads: ['allocation_retries', 'out_of_memory_errors'],
  metrics: {},
  start: (): State => ({
    retries: new SlidingWindow(window),
    errors: new SlidingWindow(window),
    episode: new Episode(),
    retriesBefore: null,
    errorsBefore: null,
    steps: 0,
  }),
  observe(state, { rank, step, fresh, known }, options) {
    const { allocation_retries: retries, out_of_memory_errors: errors } = fresh;
    const [retried, failed] = [rise(retries, state.retriesBefore), rise(errors, state.errorsBefore)];
    state.retriesBefore = retries ?? state.retriesBefore;
    state.errorsBefore = errors ?? state.errorsBefore;
    state.steps += 1;
    if (state.steps <= options.warmup) return quiet;
    state.retries.push(retried);
    state.errors.push(failed);
    const [recent, errorsNow] = [sumOf(state.retries.sorted), sumOf(state.errors.sorted)];
    if (recent < options.retries && errorsNow === 0) return state.episode.calm(step, 1);
    const { memory_reserved_bytes: reserved, memory_peak_bytes: peak } = known;
    const unused = reserved === undefined || peak === undefined || reserved === 0 ? null : 1 - peak / reserved;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep: state.episode.disturbed(step),
      step,
      score: Math.max(recent, errorsNow),
      threshold: errorsNow > 0 ? 1 : options.retries,
      baseline: null,
      window,
      cause:
        (errorsNow > 0
          ? `Rank ${rank} ran out of device memory ${figure(errorsNow)} times within ${window} steps`
          : `Rank ${rank} had to free cached device memory ${figure(recent)} times within ${window} steps`) +
        (unused === null ? '.' : `; ${figure(100 * unused)} % of what its allocator holds was never in use at once.`),
      advice:
        'Let blocks grow (PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True), keep shapes alike from step to step, or make the batch smaller.',
    };
  },
});

function rise(now: number | undefined, before: number | null): number {
  return now === undefined || before === null ? 0 : Math.max(0, now - before);
}
