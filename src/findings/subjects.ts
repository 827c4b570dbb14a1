import type { Subject } from './finding.ts';

/** The GPUs on which a rank, or with `rank` null all ranks of a run, compute on this node, as far as it is known. */
export type GpusOf = (run: string, rank: number | null) => readonly string[];

/**
 * Whether what happens to one subject can be of the same incident as what happens to the other: the same run, the same GPU, a GPU and
 * a rank that computes on it, or a run of which a rank does. All of it happens on the node.
 */
export function touch(one: Subject, other: Subject, gpusOf: GpusOf): boolean {
  if (isNode(one) || isNode(other)) return true;
  if (one.run !== null && other.run !== null) return one.run === other.run;
  const others = gpusIn(other, gpusOf);
  return gpusIn(one, gpusOf).some((uuid) => others.includes(uuid));
}

function isNode({ run, uuid }: Subject): boolean {
  return run === null && uuid === null;
}

function gpusIn({ run, rank, uuid }: Subject, gpusOf: GpusOf): readonly string[] {
  if (uuid !== null) return [uuid];
  return run === null ? [] : gpusOf(run, rank);
}
