import { median } from '../../stats/index.ts';
import { figure } from '../figure.ts';
import type { Work } from './work.ts';

/** Parts of a step in which a rank computes nothing, what it does then, and what to look at. */
const parts = {
  input: {
    tells: (own: string, others: string) => `it waits ${own} s for input, they ${others} s`,
    advice:
      'Look at what brings this rank its input: the workers of its loader, the CPUs of its node, the store that it reads from, and whether its share of the data is another one.',
  },
  copy: {
    tells: (own: string, others: string) => `it copies input to its device for ${own} s, they for ${others} s`,
    advice:
      "Look at the PCIe link of this rank's GPU, at whether its process runs near that GPU (NUMA), and at whether the memory that it copies from is pinned.",
  },
} as const;

/**
 * The part of the step that makes up most of what a rank takes longer, compared with its peers; null where it is none of these.
 * @param longer by how many seconds its own time is longer than it should be
 */
export function slowPartOf(work: Work, peers: readonly Work[], longer: number): SlowPart | null {
  if (!(longer > 0)) return null;
  for (const name of ['input', 'copy'] as const) {
    const own = work[name];
    const others = median(peers.flatMap((peer) => peer[name] ?? []));
    if (own === null || !(own - others >= longer / 2)) continue;
    const { tells, advice } = parts[name];
    return { tells: tells(figure(own), figure(others)), advice };
  }
  return null;
}

export interface SlowPart {
  /** A clause on this rank and its peers. */
  readonly tells: string;
  readonly advice: string;
}
