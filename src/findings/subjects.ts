import type { Subject } from './finding.ts';

/** What is known of the ranks on this node. */
export interface Whereabouts {
  /** The GPUs on which a rank, or with `rank` null all ranks of a run, compute, as far as it is known. */
  gpusOf(run: string, rank: number | null): readonly string[];
  /** When the process that speaks for a rank, or did so last, took its last step, in Unix seconds; null before its first. */
  steppedAt(run: string, rank: number): number | null;
  /** When the first rank of a run came, in Unix seconds; null for a run that is not held. */
  startedAt(run: string): number | null;
  /** When the last rank of a run ended, in Unix seconds; null while one is alive. */
  endedAt(run: string): number | null;
}

/**
 * Whether what happens to one subject can be of the same incident as what happens to the other: the same run, the same GPU, a GPU and
 * a rank that computes on it, or a run of which a rank does. All of it happens on the node.
 */
export function touch(one: Subject, other: Subject, whereabouts: Whereabouts): boolean {
  if (isNode(one) || isNode(other)) return true;
  if (one.run !== null && other.run !== null) return one.run === other.run;
  const others = gpusIn(other, whereabouts);
  return gpusIn(one, whereabouts).some((uuid) => others.includes(uuid));
}

/**
 * How far what may be a cause is from the subject that it explains: 0 of its rank or a card on which it computes, 1 of its run or of another rank,
 * 2 of the node, which is the same for all.
 */
export function distance(cause: Subject, of: Subject, whereabouts: Whereabouts): number {
  if (isNode(cause)) return 2;
  const isOwn =
    cause.uuid === null
      ? cause.rank !== null && (of.rank === null || of.rank === cause.rank)
      : touch(cause, of, whereabouts);
  return isOwn ? 0 : 1;
}

function isNode({ run, uuid }: Subject): boolean {
  return run === null && uuid === null;
}

function gpusIn({ run, rank, uuid }: Subject, whereabouts: Whereabouts): readonly string[] {
  if (uuid !== null) return [uuid];
  return run === null ? [] : whereabouts.gpusOf(run, rank);
}
