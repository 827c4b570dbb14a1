import { detectors } from '../../catalogue.ts';
import { filter, matching, scalar, series, union } from '../promql/index.ts';

const transfers = 'slow_communication';

/**
 * The findings of these kinds without those that the exporter of another node explains. Each knows the ranks of its node alone: ranks that wait
 * for a straggler, or for a node that computes more slowly, see steps and transfers that have become slow. Only on the node that is waited for
 * is a rank slow beside its peers, or are steps slow and transfers not.
 * @param severity from which people are told of what explains them
 */
export function unexplainedElsewhere(kinds: readonly string[], severity: number) {
  const slow = kinds.filter((kind) => fromStraggler.includes(kind));
  const others = kinds.filter((kind) => kind !== transfers && !fromStraggler.includes(kind));
  const straggler = toldOf('straggler', severity);
  const computing = filter(toldOf('slow_down', severity), 'unless', ['instance', 'run'], of(transfers));
  return union(
    of(...others),
    filter(of(...slow), 'unless', ['run'], straggler),
    filter(of(transfers), 'unless', ['run'], union(straggler, computing)),
  );
}

/** What a run suffers from one slow rank. */
const fromStraggler = detectors.flatMap(({ kind, explains }) => (kind === 'straggler' ? explains : []));

/** People hear of it, or of its cause: what is silenced explains nothing. */
function toldOf(kind: string, severity: number) {
  const told = filter(of(kind), 'unless', ['instance', 'finding'], series('gradwatch_finding_silenced'));
  return scalar(told, '>=', severity);
}

function of(...kinds: readonly string[]) {
  const [kind = '', ...more] = kinds;
  return series('gradwatch_finding_severity', { kind: more.length === 0 ? kind : matching(kinds.join('|')) });
}
