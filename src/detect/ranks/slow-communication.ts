import { integer, number } from '../../config/index.ts';
import { LevelShift } from '../../stats/index.ts';
import { detectorOptions } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { groupDetector } from '../group.ts';
import { Attendance } from './attendance.ts';
import { StepBoard, type StepRow } from './step-board.ts';

/** Least standard deviation of the share that is assumed. */
const scaleFloor = 0.01;

export interface State {
  /** Of each rank the share of the step that it waited. */
  readonly board: StepBoard<number>;
  readonly attendance: Attendance;
  readonly level: LevelShift;
  readonly episode: Episode;
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
  reads: ['step_seconds', 'collective_wait_seconds'],
  start: ({ recent, window }): State => ({
    board: new StepBoard(() => 0),
    attendance: new Attendance(),
    level: new LevelShift(recent, window),
    episode: new Episode(),
  }),
  observe({ board, attendance, level, episode }, { step, rank, known, wentBack }, { share, z, recent, window }) {
    if (wentBack) board.rewind(rank, step);
    const { step_seconds: seconds, collective_wait_seconds: wait } = known;
    if (seconds === undefined || wait === undefined || !(seconds > 0)) return [];
    return board.put(step, rank, wait / seconds).flatMap(([done, row]) => {
      const { complete, changed } = attendance.take(row, window);
      // Of other ranks the least is another one. What is found stays measured by what was usual before it.
      if (changed && !episode.open) level.clear();
      const least = complete ? leastOf(row) : null;
      const shift = least === null ? null : level.take(least.share, !episode.open);
      if (least === null || shift === null) return [];
      const limit = Math.max(share, z * Math.max(scaleFloor, shift.sigma));
      if (shift.by < limit) {
        const verdict = episode.calm(done, recent);
        return verdict.status === 'quiet' ? [] : [{ rank: least.rank, verdict }];
      }
      if (!episode.open && !level.isOther(shift)) return [];
      const firstStep = episode.disturbed(Math.max(0, done - ((recent - 1) >> 1)));
      return [
        {
          rank: least.rank,
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
  forget({ board, attendance, level, episode }, rank) {
    board.forget(rank);
    attendance.forget(rank);
    if (!episode.open) level.clear();
  },
});

/** The rank that waits least; null where there are not two to compare. */
function leastOf(row: StepRow<number>): { readonly rank: number; readonly share: number } | null {
  if (row.size < 2) return null;
  let least = { rank: -1, share: Infinity };
  for (const [rank, share] of row) if (share < least.share) least = { rank, share };
  return least;
}
