import type { TensorReport as Message } from '../../protocol/index.ts';
import type { RunsOptions, TensorKind, TensorReport } from '../../runs/index.ts';
import type { Refusal } from '../refusals.ts';
import { enumOf } from './told-enum.ts';
import { timeOf } from './told-time.ts';
import { distributionOf } from './distribution.ts';
import { numberOf } from './number.ts';
import { nameOf } from './values.ts';

const kinds: Readonly<Record<string, TensorKind>> = { KIND_INPUT: 'input', KIND_OUTPUT: 'output' };

/** The distribution of a tensor as the runs take it; null without a name or a kind. What breaks a limit is left out. */
export function validateTensor(
  message: Message,
  arrival: number,
  limits: RunsOptions,
  refused: (refusal: Refusal) => void,
): TensorReport | null {
  const name = nameOf(message.name, 'a tensor', refused);
  const kind = enumOf(kinds, message.kind, 'TensorReport.kind', refused);
  if (name === null || kind === null) return null;
  return {
    name,
    kind,
    step: numberOf(message.step, 'count', 'TensorReport.step', refused),
    time: timeOf(message.unix_nanos, arrival, 'TensorReport.unix_nanos', refused),
    count: numberOf(message.count, 'count', 'TensorReport.count', refused),
    mean: message.mean ?? null,
    variance: numberOf(message.variance, 'notNegative', 'TensorReport.variance', refused),
    fractionNonFinite: numberOf(message.fraction_nonfinite, 'fraction', 'TensorReport.fraction_nonfinite', refused),
    distribution: distributionOf(message.distribution, limits.max_bins, refused),
    reference: message.reference === true,
  };
}
