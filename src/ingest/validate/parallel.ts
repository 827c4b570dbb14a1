import type { Hello } from '../../protocol/index.ts';
import { dimensions, type Coordinate, type Dimension, type Parallel } from '../../runs/index.ts';
import { refuse, type Refusal } from '../refusals.ts';

/** More than the largest published training runs have of ranks. */
const maxSize = 1_000_000;

/** The coordinates of a rank; one that cannot be is left out and told to `refused`. */
export function validateParallel(parallel: Hello['parallel'], refused: (refusal: Refusal) => void): Parallel {
  const kept: Partial<Record<Dimension, Coordinate>> = {};
  for (const dimension of dimensions) {
    const coordinate = parallel?.[dimension];
    if (coordinate === undefined) continue;
    const { index, size } = coordinate;
    if (index !== undefined && size !== undefined && index < size && size <= maxSize) kept[dimension] = { index, size };
    else refused(refuse('coordinate_invalid', { dimension, index, size, limit: maxSize }));
  }
  return kept;
}
