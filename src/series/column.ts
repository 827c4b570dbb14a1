import { familyHeader, type Format } from './family-header.ts';
import { labelBlock } from './labels.ts';
import type { Metric } from './metric.ts';

/** One series of every row of a group: a metric, or one state of a `states` metric. What all its samples share is encoded once. */
export interface Column {
  readonly metric: Metric;
  readonly header: Readonly<Record<Format, Uint8Array>>;
  /** What stands before the label block of a row. */
  readonly before: Uint8Array;
  /** What stands between the label block and the value. */
  readonly after: Uint8Array;
}

/** The columns of a metric in a group whose rows have these labels. */
export function columnsOf(metric: Metric, identity: readonly string[]): readonly Column[] {
  const header = {
    text: encoded(familyHeader('text', metric)),
    openmetrics: encoded(familyHeader('openmetrics', metric)),
  };
  const column = (extraLabels: string): Column => {
    const bare = identity.length === 0 && extraLabels === '';
    const comma = identity.length > 0 && extraLabels !== '' ? ',' : '';
    return {
      metric,
      header,
      before: encoded(bare ? metric.name : `${metric.name}{`),
      after: encoded(bare ? ' ' : `${comma}${extraLabels}} `),
    };
  };
  if (metric.type !== 'states') return [column('')];
  return (metric.states ?? []).map((state) => column(labelBlock([['state', state]])));
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
