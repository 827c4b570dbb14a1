import { detectorOptions, quiet, transitionDetector } from '../detector.ts';

/**
 * A worker is gone that should be there. Lost without a word is critical: nobody else may know. One that did not come back after a
 * restart of the exporter may as well have ended in order meanwhile: a warning. An uncaught exception is a warning:
 * the launcher has told it to whoever started the run, and one lost worker often makes the others fail. A clean exit and a stop from
 * outside are silent.
 */
export const workerLost = transitionDetector({
  kind: 'worker_lost',
  subject: 'rank',
  meaning: 'a worker ended without a goodbye, or by an uncaught exception',
  // The first explains the others, and that ranks wait: they fail for want of it, or of the same cause.
  explains: ['worker_lost', 'stall'],
  alert: 'own',
  endsWithRun: false,
  options: detectorOptions({}),
  observe({ rank, from, to, step, reason }) {
    if (to === 'healthy' || to === 'initializing') return { status: 'recovered', step };
    if (to !== 'lost' && to !== 'failed') return quiet;
    const last = step === null ? 'before its first step' : `after step ${step}`;
    return {
      status: 'evidence',
      severity: to === 'lost' && from !== 'incomplete' ? 'critical' : 'warning',
      firstStep: step,
      step,
      score: 1,
      threshold: 1,
      baseline: null,
      window: 0,
      cause: `Rank ${rank} ${to === 'lost' ? 'is lost' : 'failed'} ${last}: ${reason}.`,
      advice:
        to === 'lost'
          ? 'Look at the node: out-of-memory kills in the kernel log, the state of its GPU, eviction of the pod; then restart the rank.'
          : 'Read the exception in the log of this rank; the other ranks may have failed because of it.',
    };
  },
});
