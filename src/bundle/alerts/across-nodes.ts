import { detectors } from '../../catalogue.ts';
import { aggregate, arithmetic, compared, filter, lastOverTime, scalar, series, union } from '../promql/index.ts';
import { findingsOf, sameFinding, transfers, unsilenced } from './finding-alert.ts';

/** What explains others does so for as long after its end: those see the same end some seconds later. */
const after = '5m';

/**
 * The findings of these kinds without those that the exporter of another node explains, and that are no worse than that. Each knows the ranks of
 * its node alone: ranks that wait for a straggler, or for a node that computes more slowly, see steps and transfers that have become slow. Only
 * on the node that is waited for is a rank slow beside its peers, or are steps slow, and transfers not.
 * @param severity from which people are told of what explains them
 */
export function unexplainedElsewhere(kinds: readonly string[], severity: number) {
  const slow = kinds.filter((kind) => fromStraggler.includes(kind));
  const others = kinds.filter((kind) => kind !== transfers && !fromStraggler.includes(kind));
  const straggler = toldOf('straggler', severity);
  const computing = union(straggler, toldOf('slow_down', severity));
  return union(
    findingsOf(others),
    unexplained(findingsOf(slow), straggler),
    unexplained(findingsOf(transfers), computing),
  );
}

/** A rank that was lost so much before the last step of its run was left behind: the run went on without it. */
const wentOn = 120;

/**
 * Stalls but for those of runs that have lost a rank on a node of which people are told why, and took no step since: on the other nodes its ranks
 * wait for that one. On that node the stall is a consequence.
 * @param severity from which people are told of it
 */
export function unexplainedStalls(severity: number) {
  const lost = scalar(findingsOf('worker_lost'), '>=', 3);
  const faults = scalar(unsilenced(findingsOf(fatal)), '>=', severity);
  const steps = series('gradwatch_rank_last_step_timestamp_seconds');
  const ofLost = filter(steps, 'and', ['instance', 'run', 'rank'], filter(lost, 'and', ['instance'], faults));
  const last = (of: typeof ofLost) => aggregate('max', ['run'], of);
  const behind = scalar(arithmetic(last(steps), '-', last(ofLost)), '<', wentOn);
  return filter(findingsOf('stall'), 'unless', ['run'], behind);
}

/** Faults of the machine of which workers die. */
const fatal = detectors.flatMap(({ kind, subject, explains, alert }) =>
  alert !== 'none' && subject !== 'run' && subject !== 'rank' && explains.includes('worker_lost') ? kind : [],
);

/** What a run suffers from one slow rank. */
const fromStraggler = detectors.flatMap(({ kind, explains }) => (kind === 'straggler' ? explains : []));

function unexplained(findings: ReturnType<typeof findingsOf>, causes: ReturnType<typeof toldOf>) {
  const explained = compared(findings, '<=', ['run'], aggregate('max', ['run'], causes));
  return filter(findings, 'unless', sameFinding, explained);
}

/** On nodes whose transfers are not slow. People hear of it, or of its cause: what is silenced explains nothing. */
function toldOf(kind: string, severity: number) {
  const told = unsilenced(lastOverTime(findingsOf(kind), after));
  return scalar(
    filter(told, 'unless', ['instance', 'run'], lastOverTime(findingsOf(transfers), after)),
    '>=',
    severity,
  );
}
