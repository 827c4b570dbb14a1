import { duration, integer, number } from '../../config/index.ts';
import type { RankProgress } from '../../runs/index.ts';
import { clockDetector } from '../clock.ts';
import { detectorOptions, type Evidence } from '../detector.ts';
import { span } from '../figure.ts';
import type { RankVerdict } from '../group.ts';
import { nameRanks } from './name-ranks.ts';
import { Pauses } from './pauses.ts';

export interface State {
  readonly stalled: Set<number>;
  readonly pauses: Pauses;
}

interface Options {
  readonly start: number;
  readonly training: number;
  readonly other: number;
  readonly known: number;
  readonly factor: number;
  readonly warmup: number;
}

/** Seconds without a step from which a rank is stalled, and from which somebody has to know. */
interface Limits {
  readonly stalled: number;
  readonly critical: number;
}

/**
 * Processes are alive and take no further step: a collective that one rank does not join, a loader or a file system that hangs. Only
 * the time since the last step tells it; a waiting collective keeps its GPU at 100 % utilisation.
 */
export const stall = clockDetector({
  kind: 'stall',
  subject: 'run',
  meaning: 'ranks take no further step although their processes are alive',
  // Somebody, or a watchdog, ends ranks that stand still.
  explains: ['worker_lost', 'out_of_step', 'gpu_busy_at_low_power', 'gpu_underused'],
  alert: 'own',
  endsWithRun: true,
  options: detectorOptions({
    training: duration({
      default: '2m',
      min: '1s',
      max: '1d',
      help: 'Time without a step below which no rank is stalled',
    }),
    factor: number({
      default: 5,
      min: 1,
      max: 1000,
      help: 'The same as a multiple of the 99th percentile of the last times between two steps',
    }),
    other: duration({
      default: '10m',
      min: '1s',
      max: '1d',
      help: 'Time without a step that an evaluation or a checkpoint may take; beyond it a stall is critical',
    }),
    known: duration({
      default: '1h',
      min: '0s',
      max: '7d',
      help: 'Time that a pause may take, at most, for one like it that ended with further steps',
    }),
    start: duration({
      default: '20m',
      min: '1s',
      max: '7d',
      help: 'Time that a process may take for its first steps: to load, to compile, to join the others',
    }),
    warmup: integer({ default: 5, min: 1, max: 128, help: 'First steps that may take so long' }),
  }),
  start: (): State => ({ stalled: new Set(), pauses: new Pauses() }),
  observe({ stalled, pauses }, told, options) {
    const ranks = told.map((rank) => (rank.idle < limitsOf(rank, options).stalled ? rank : heldUp(rank, told)));
    pauses.take(ranks, (rank) => rank.idle >= limitsOf(rank, options).stalled);
    const limits = (rank: RankProgress) => learntLimits(rank, pauses, options);
    const late = ranks.filter((rank) => rank.idle >= limits(rank).stalled).sort(furthestBehindFirst);
    const isLate = new Set(late.map(({ rank }) => rank));
    const verdicts = late.map((rank): RankVerdict => {
      stalled.add(rank.rank);
      return { rank: rank.rank, verdict: { status: 'evidence', ...evidenceOf(rank, late, told, limits(rank)) } };
    });
    for (const rank of stalled) {
      // One that has ended is not stalled any more: how it ended is for others to judge.
      if (isLate.has(rank)) continue;
      stalled.delete(rank);
      const step = ranks.find((each) => each.rank === rank)?.step ?? null;
      verdicts.push({ rank, verdict: { status: 'recovered', step } });
    }
    return verdicts;
  },
});

/** Whether it does what no other rank can go on without, and tells so. */
function isBusy({ phase }: RankProgress): boolean {
  return phase === 'evaluation' || phase === 'checkpoint';
}

/**
 * A rank waits for those at its step: what one of these tells of its phase, while it evaluates alone or writes the checkpoint of all, is the
 * phase of the rank too.
 */
function heldUp(rank: RankProgress, ranks: readonly RankProgress[]): RankProgress {
  if (rank.phase === 'idle' || rank.phase === 'init') return rank;
  const others = ranks.filter(
    ({ phase, step }) => phase !== null && step !== null && rank.step !== null && Math.abs(step - rank.step) <= 1,
  );
  const idle = Math.min(rank.idle, ...others.map((other) => other.idle));
  return { ...rank, idle, phase: others.find(isBusy)?.phase ?? rank.phase };
}

function limitsOf({ steps, usual, phase }: RankProgress, { start, training, other, factor, warmup }: Options): Limits {
  if (phase === 'idle') return { stalled: Infinity, critical: Infinity };
  if (phase === 'init' || steps < warmup || usual === null) return { stalled: start, critical: start };
  const ofSteps = Math.max(training, factor * usual);
  const longer = Math.max(ofSteps, other);
  if (phase === 'train') return { stalled: ofSteps, critical: ofSteps };
  // One that tells no phase may be in any.
  return { stalled: phase === null ? ofSteps : longer, critical: longer };
}

/** Those of a run that paused before: as long as that somebody may be told, and where a pause is due nobody is. */
function learntLimits(rank: RankProgress, pauses: Pauses, options: Options): Limits {
  const limits = limitsOf(rank, options);
  if (rank.idle < limits.stalled || rank.step === null) return limits;
  const due = Math.min(options.known, pauses.after(rank.step));
  const anywhere = Math.min(options.known, pauses.anywhere);
  const stalled = Math.max(limits.stalled, due);
  return { stalled, critical: Math.max(limits.critical, anywhere, stalled) };
}

/** The first verdict opens the finding: it is of the rank that the others most likely wait for. */
function furthestBehindFirst(one: RankProgress, other: RankProgress): number {
  return (one.step ?? -1) - (other.step ?? -1) || one.rank - other.rank;
}

function evidenceOf(
  rank: RankProgress,
  late: readonly RankProgress[],
  told: readonly RankProgress[],
  { stalled, critical }: Limits,
): Evidence {
  const severe = rank.idle >= critical;
  const { step, idle, usual } = rank;
  const names = nameRanks(late.map((each) => each.rank));
  const have = late.length === 1 ? 'has' : 'have';
  const lastStep = Math.max(...late.map((each) => each.step ?? -1));
  const behind = late.filter((each) => (each.step ?? -1) < lastStep);
  const what =
    lastStep < 0
      ? `${names} ${have} not taken a first step in ${span(idle)}`
      : `${names} ${have} taken no step for ${span(idle)} after step ${lastStep}`;
  const usually = usual === null ? '' : `; usually one takes at most ${span(usual)}`;
  const first =
    behind.length === 0 || lastStep < 0
      ? ''
      : ` ${nameRanks(behind.map((each) => each.rank))} stopped before the others.`;
  const busy = told.filter(isBusy).map((each) => each.rank);
  const goesOn =
    busy.length === 0
      ? ''
      : ` ${nameRanks(busy)} ${busy.length === 1 ? 'tells' : 'tell'} of an evaluation or a checkpoint that has not ended.`;
  return {
    severity: severe ? 'critical' : 'warning',
    firstStep: step,
    step,
    score: idle,
    threshold: severe ? critical : stalled,
    baseline: usual,
    window: rank.steps,
    cause: `${what}${usually}.${first}${goesOn}`,
    advice:
      'Dump the stacks (py-spy dump --pid) of the rank that stopped first, else of all: one that is in no collective holds up those that are; then look at its input, its storage and its network.',
  };
}
