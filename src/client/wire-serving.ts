import { cleanFields } from './clean-fields.ts';
import type { ServingReport, WireReport } from './reports.ts';
import { isCount, isKnown, wellFormed, type Problem } from './value-kinds.ts';

/** Does not throw for a part that cannot be used: `leftOut` is told of it, and the rest is sent. */
export function serving(
  { latency, outputs, ...given }: ServingReport,
  unixNanos: number,
  leftOut: (problem: Problem) => void,
): WireReport {
  const usable = <Name extends keyof typeof shapes>(name: Name, value: ServingReport[Name], isOne: Check) => {
    if (!isKnown(value)) return undefined;
    if (isOne(value)) return value;
    leftOut({ field: `serving.${name}`, text: `serving: ${name} is no ${shapes[name]}: it was not sent` });
    return undefined;
  };
  const histogram = usable('latency', latency, isLatency);
  const classes = usable('outputs', outputs, isCounts);
  const message = {
    ...cleanFields('serving', given, counted, leftOut),
    unix_nanos: unixNanos,
    ...(histogram !== undefined && {
      latency: {
        ...(histogram.sum !== undefined && { sum: histogram.sum }),
        bounds: [...histogram.bounds],
        counts: [...histogram.counts],
      },
    }),
    ...(classes !== undefined && {
      outputs: { classes: Object.keys(classes).map(wellFormed), counts: Object.values(classes) },
    }),
  };
  return { part: 'serving_reports', message };
}

type Check = (value: unknown) => boolean;

const counted = { requests: 'count', errors: 'count', inputTokens: 'count', outputTokens: 'count' } as const;

const shapes = {
  latency: 'histogram { bounds: [0.1, 1], counts: [7, 2, 0], sum: 1.9 } with one count more than bounds',
  outputs: 'count by class, { cat: 7, dog: 2 }',
} as const satisfies { readonly [Name in keyof ServingReport]?: string };

function isLatency(value: unknown): boolean {
  const { bounds, counts, sum } = Object(value) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(bounds) || !Array.isArray(counts)) return false;
  const numbers = bounds.every((bound) => typeof bound === 'number') && ['number', 'undefined'].includes(typeof sum);
  return numbers && counts.length === bounds.length + 1 && counts.every(isCount);
}

function isCounts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isCount);
}
