import type { ServingReport as Message } from '../../protocol/index.ts';
import type { LatencyHistogram, RunsOptions, ServingReport } from '../../runs/index.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { timeOf } from './told-time.ts';
import { classesOf, isRising } from './distribution.ts';
import { numberOf } from './number.ts';

/** What a serving process did, as the runs take it. What breaks a limit is left out. */
export function validateServing(
  message: Message,
  arrival: number,
  limits: RunsOptions,
  refused: (refusal: Refusal) => void,
): ServingReport {
  const count = (name: 'requests' | 'errors' | 'input_tokens' | 'output_tokens') =>
    numberOf(message[name], 'count', `ServingReport.${name}`, refused);
  return {
    time: timeOf(message.unix_nanos, arrival, 'ServingReport.unix_nanos', refused),
    requests: count('requests'),
    errors: count('errors'),
    latency: latencyOf(message.latency, limits.max_bins, refused),
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    outputs: classesOf(message.outputs, limits.max_bins, refused),
  };
}

function latencyOf(
  message: Message['latency'],
  limit: number,
  refused: (refusal: Refusal) => void,
): LatencyHistogram | null {
  if (message === undefined) return null;
  const bounds = message.bounds ?? [];
  const counts = message.counts ?? [];
  const rising = isRising(bounds) && (bounds[0] ?? 1) > 0;
  if (rising && bounds.length <= limit && counts.length === bounds.length + 1 && counts.every(Number.isSafeInteger)) {
    return { bounds, counts, sum: numberOf(message.sum, 'amount', 'LatencyHistogram.sum', refused) };
  }
  refused(refuse('latency_invalid', { limit }));
  return null;
}
