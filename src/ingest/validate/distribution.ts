import type { TensorReport } from '../../protocol/index.ts';
import type { Distribution } from '../../runs/index.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { nameOf } from './values.ts';

type Message = NonNullable<TensorReport['distribution']>;
export type Classes = Extract<Distribution, { readonly classes: unknown }>;

/** A histogram of numbers or classes; null when it is neither, or breaks a limit, which is told to `refused`. */
export function distributionOf(
  message: Message | undefined,
  limit: number,
  refused: (refusal: Refusal) => void,
): Distribution | null {
  if (message === undefined) return null;
  const { edges, classes } = message;
  const counts = message.counts ?? [];
  const given = counts.length > 0 && counts.length <= limit && counts.every(Number.isSafeInteger);
  if (given && isRising(edges) && edges.length === counts.length + 1 && classes === undefined) return { edges, counts };
  if (given && classes !== undefined && edges === undefined && classes.length === counts.length) {
    const fit = classes.every((name) => nameOf(name, 'a class', refused) !== null);
    if (fit && new Set(classes).size === classes.length) return { classes, counts };
  }
  refused(refuse('distribution_invalid', { limit }));
  return null;
}

export function isRising(edges: readonly number[] | undefined): edges is readonly number[] {
  return edges?.every((edge, at) => Number.isFinite(edge) && !(edge <= (edges[at - 1] ?? -Infinity))) === true;
}

/** Likewise, where only classes make sense. */
export function classesOf(
  message: Message | undefined,
  limit: number,
  refused: (refusal: Refusal) => void,
): Classes | null {
  const distribution = distributionOf(message, limit, refused);
  if (distribution === null || 'classes' in distribution) return distribution;
  refused(refuse('distribution_invalid', { limit }));
  return null;
}
