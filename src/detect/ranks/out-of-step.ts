import { integer } from '../../config/index.ts';
import type { RankProgress } from '../../runs/index.ts';
import { clockDetector } from '../clock.ts';
import { detectorOptions } from '../detector.ts';
import type { RankVerdict } from '../group.ts';

/** Seconds by which the batches of ranks may arrive apart. */
const batchSeconds = 3;

interface Lag {
  /** By how many steps the rank was ahead when the count began; negative where it was behind. */
  steps: number;
  looks: number;
  open: boolean;
}

export interface State {
  readonly lags: Map<number, Lag>;
}

/**
 * A rank counts other steps than the ranks that it trains with: it went on from another checkpoint, or counts wrongly. It goes at their
 * pace, so its distance stays the same; ranks whose distance changes do not wait for each other, and need not agree.
 */
export const outOfStep = clockDetector({
  kind: 'out_of_step',
  subject: 'rank',
  meaning: 'a rank counts other steps than the ranks that it goes along with',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    steps: integer({ default: 1, min: 0, max: 1_000_000, help: 'Steps by which ranks may differ at all times' }),
    patience: integer({ default: 60, min: 1, max: 86_400, help: 'Seconds for which the distance must stay' }),
  }),
  start: (): State => ({ lags: new Map() }),
  observe({ lags }, ranks, { steps: allowed, patience }) {
    const steps = ranks.flatMap(({ step }) => step ?? []).sort((one, other) => one - other);
    // Of two ranks nobody can say which of them counts wrongly: then it is the one behind.
    const typical = steps[steps.length >> 1] ?? NaN;
    return ranks.flatMap((rank): RankVerdict[] => {
      const { step, usual } = rank;
      if (step === null || usual === null) return [];
      const lag = lags.get(rank.rank) ?? { steps: 0, looks: 0, open: false };
      lags.set(rank.rank, lag);
      const ahead = step - typical;
      const excused = allowed + Math.ceil(batchSeconds / usual);
      if (Math.abs(ahead) <= excused) {
        const wasOpen = lag.open;
        Object.assign(lag, { steps: 0, looks: 0, open: false });
        return wasOpen ? [{ rank: rank.rank, verdict: { status: 'recovered', step } }] : [];
      }
      if (Math.abs(ahead - lag.steps) > excused) Object.assign(lag, { steps: ahead, looks: 0 });
      lag.looks += 1;
      if (lag.looks < patience) return [];
      lag.open = true;
      return [{ rank: rank.rank, verdict: { status: 'evidence', ...evidence(rank, ahead, excused, lag.looks) } }];
    });
  },
});

function evidence({ rank, step }: RankProgress, ahead: number, excused: number, seconds: number) {
  return {
    severity: 'warning',
    firstStep: step,
    step,
    score: Math.abs(ahead),
    threshold: excused,
    baseline: null,
    window: seconds,
    cause: `Rank ${rank} is at step ${step}, ${Math.abs(ahead)} steps ${ahead > 0 ? 'ahead of' : 'behind'} the typical rank of this node, and stays so.`,
    advice: 'Compare the checkpoints from which the ranks went on; one that loaded another one trains another model.',
  } as const;
}
