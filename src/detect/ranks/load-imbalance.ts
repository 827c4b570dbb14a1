import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { groupDetector } from '../group.ts';
import { ByRank } from './by-rank.ts';
import { StepBoard, type StepRow } from './step-board.ts';
import { noWork, readsWork, trainingOf, workOf, type Work } from './work.ts';

export interface State {
  readonly board: StepBoard<Work>;
  readonly episode: Episode;
  /** Nobody is to blame, and the verdict is of all; its end is told of the rank of which its begin was. */
  witness: number;
  /** Of the window that fills: steps, the sum of the shares that were lost, and how often each rank was the last. */
  steps: number;
  lost: number;
  readonly last: ByRank<{ times: number }>;
  since: number;
}

/**
 * In every step some rank has more to do than the others, now this one, now that one, and the others wait for it: sequences of different
 * lengths, experts that are not balanced. Where it is always the same rank, that one is a straggler.
 */
export const loadImbalance = groupDetector({
  kind: 'load_imbalance',
  subject: 'run',
  peers: 'work',
  meaning: 'in turn one rank has more to do than the others, which wait for it',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    share: number({ default: 0.15, min: 0.01, max: 1, help: 'Share of the step that the typical rank loses by it' }),
    same: number({
      default: 0.5,
      min: 0.01,
      max: 1,
      help: 'Share of the steps in which one rank is the last that makes it a straggler',
    }),
    window: integer({ default: 100, min: 10, max: 100_000, help: 'Steps over which both are taken' }),
  }),
  reads: readsWork,
  start: (): State => ({
    board: new StepBoard(() => ({ ...noWork })),
    episode: new Episode(),
    witness: 0,
    steps: 0,
    lost: 0,
    last: new ByRank(() => ({ times: 0 })),
    since: 0,
  }),
  observe(state, { step, rank, known, wentBack }, { share, same, window }) {
    const { board, episode, last } = state;
    if (wentBack) board.rewind(rank, step);
    const work = workOf(known);
    if (work === null || work.wait === null) return [];
    return board.put(step, rank, work).flatMap(([done, told]) => {
      const row = trainingOf(told);
      if (row.size < 2) return [];
      if (state.steps === 0) state.since = done;
      take(state, row);
      if (state.steps < window) return [];
      const lost = state.lost / state.steps;
      const [slowest, { times }] = [...last].reduce((one, other) => (other[1].times > one[1].times ? other : one));
      const [steps, since] = [state.steps, state.since];
      state.steps = state.lost = 0;
      last.clear();
      if (lost < share || times > same * steps) {
        const verdict = episode.calm(done, 1);
        return verdict.status === 'quiet' ? [] : [{ rank: state.witness, verdict }];
      }
      if (!episode.open) state.witness = Math.min(...row.keys());
      return [
        {
          rank: state.witness,
          verdict: {
            status: 'evidence',
            severity: 'info',
            firstStep: episode.disturbed(since),
            step: done,
            score: lost,
            threshold: share,
            baseline: null,
            window: steps,
            cause: `The typical rank loses ${figure(100 * lost)} % of each step since step ${since} because another one has more to do: most often rank ${slowest}, in ${figure((100 * times) / steps)} % of the steps.`,
            advice:
              'Balance the work of a step: batches by length or by tokens instead of by samples, experts by capacity, stages by layers.',
          },
        },
      ];
    });
  },
  forget({ board, last }, rank) {
    board.forget(rank);
    last.delete(rank);
  },
});

function take(state: State, row: StepRow<Work>): void {
  const owns = [...row.values()].map(({ own }) => own).sort((one, other) => one - other);
  const most = owns.at(-1) ?? 0;
  const typical = owns[(owns.length - 1) >> 1] ?? 0;
  for (const [rank, { own, wait }] of row) {
    if (own !== most) continue;
    state.lost += (most - typical) / (own + (wait ?? 0));
    state.last.of(rank).times += 1;
    break;
  }
  state.steps += 1;
}
