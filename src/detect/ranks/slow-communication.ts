import { integer, number } from '../../config/index.ts';
import { LevelShift } from '../../stats/index.ts';
import { detectorOptions } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { groupDetector } from '../group.ts';
import { Attendance } from './attendance.ts';
import { StepBoard, type StepRow } from './step-board.ts';
import { workOf } from './work.ts';

/** Least standard deviation of the share that is assumed. */
const scaleFloor = 0.01;

/** How long a rank waited in a step, in seconds and as a share of it. */
interface Wait {
  readonly seconds: number;
  readonly share: number;
}

export interface State {
  readonly board: StepBoard<Wait>;
  readonly attendance: Attendance;
  /** Of the rank that waits least. */
  readonly shares: LevelShift;
  readonly seconds: LevelShift;
  readonly episode: Episode;
  /** Whose evidence opened the episode: of another rank in every step the end would not be known as that of what began. */
  witness: number;
}

/**
 * All ranks wait longer in collectives, also the one that comes last and waits for nobody: what it waits is the time of the transfer
 * itself. A straggler makes the others wait and not itself, so the two are told apart. Without the straggler among the ranks heard they
 * are not, so a step counts only when all ranks that are known to tell have told of it. Stages of a pipeline wait for each other as replicas do:
 * the straggler of one is heard among all ranks of the run.
 */
export const slowCommunication = groupDetector({
  kind: 'slow_communication',
  subject: 'run',
  peers: 'run',
  meaning: 'collectives take longer than before, whoever waits',
  explains: ['slow_down', 'throughput_regression', 'bottleneck'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    share: number({
      default: 0.1,
      min: 0.01,
      max: 1,
      help: 'Rise of the share of the step that the rank waits which waits least',
    }),
    z: number({ default: 4, min: 0, max: 1000, help: 'The same in robust standard deviations' }),
    recent: integer({ default: 15, min: 3, max: 1024, help: 'The last steps, of which the median counts' }),
    window: integer({
      default: 128,
      min: 8,
      max: 4096,
      help: 'The steps before; a rank that misses as many in a row no longer counts',
    }),
  }),
  reads: ['step_seconds', 'collective_wait_seconds', 'own_seconds'],
  start: ({ recent, window }): State => ({
    board: new StepBoard(() => ({ seconds: 0, share: 0 })),
    attendance: new Attendance(),
    shares: new LevelShift(recent, window),
    seconds: new LevelShift(recent, window),
    episode: new Episode(),
    witness: 0,
  }),
  observe(state, { step, rank, known, wentBack }, { share, z, recent, window }) {
    const { board, attendance, shares, seconds, episode } = state;
    if (wentBack) board.rewind(rank, step);
    const { step_seconds: whole } = known;
    const wait = workOf(known)?.wait ?? null;
    if (whole === undefined || wait === null) return [];
    return board.put(step, rank, { seconds: wait, share: wait / whole }).flatMap(([done, row]) => {
      const { complete, changed } = attendance.take(row, window);
      // Of other ranks the least is another one. What is found stays measured by what was usual before it.
      if (changed) forgetUsual(state);
      const least = complete ? leastOf(row) : null;
      if (least === null) return [];
      const shift = shares.take(least.share, !episode.open);
      const longer = seconds.take(least.seconds, !episode.open);
      if (shift === null || longer === null) return [];
      const limit = Math.max(share, z * Math.max(scaleFloor, shift.sigma));
      // Of a computation that became faster the same transfer is a larger share: the usual step must have become longer by as much.
      if (shift.by < limit || longer.by * shift.usual < limit * longer.usual) {
        const verdict = episode.calm(done, recent);
        return verdict.status === 'quiet' ? [] : [{ rank: state.witness, verdict }];
      }
      if (!episode.open && !shares.isOther(shift)) return [];
      if (!episode.open) state.witness = least.rank;
      const firstStep = episode.disturbed(Math.max(0, done - ((recent - 1) >> 1)));
      return [
        {
          rank: state.witness,
          verdict: {
            status: 'evidence',
            severity: 'warning',
            firstStep,
            step: done,
            score: shift.by,
            threshold: limit,
            baseline: shift.usual,
            window: shift.size,
            cause: `Collectives take ${figure(100 * (shift.usual + shift.by))} % of the step also on the rank that waits least, instead of ${figure(100 * shift.usual)} %, since about step ${firstStep}; ${row.size} ranks of this node tell.`,
            advice:
              'Look at the links: NVLink and InfiniBand errors and rates, congestion by other jobs, a switch or cable that was degraded; no rank computes slower.',
          },
        },
      ];
    });
  },
  forget(state, rank) {
    state.board.forget(rank);
    state.attendance.forget(rank);
    forgetUsual(state);
  },
});

function forgetUsual({ shares, seconds, episode }: State): void {
  if (episode.open) return;
  shares.clear();
  seconds.clear();
}

/** The rank that waits least; null where there are not two to compare. */
function leastOf(row: StepRow<Wait>): (Wait & { readonly rank: number }) | null {
  if (row.size < 2) return null;
  const [rank, wait] = [...row].reduce((one, other) => (other[1].share < one[1].share ? other : one));
  return { rank, ...wait };
}
