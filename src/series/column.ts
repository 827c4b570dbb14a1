import { familyHeader, type Format } from './family-header.ts';
import { labelBlock } from './labels.ts';
import type { Metric } from './metric.ts';

/** One series of every row of a group: a metric, one state of a `states` metric, or one part of a histogram. What all its samples share is encoded once. */
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
  const column = (extraLabels: string, suffix = ''): Column => {
    const bare = identity.length === 0 && extraLabels === '';
    const comma = identity.length > 0 && extraLabels !== '' ? ',' : '';
    return {
      metric,
      header,
      before: encoded(`${metric.name}${suffix}${bare ? '' : '{'}`),
      after: encoded(bare ? ' ' : `${comma}${extraLabels}} `),
    };
  };
  if (metric.type === 'histogram') {
    const upTo = [...(metric.bounds ?? []).map(boundText), '+Inf'];
    const buckets = upTo.map((bound) => column(labelBlock([['le', bound]]), '_bucket'));
    return [...buckets, column('', '_sum'), column('', '_count')];
  }
  if (metric.type !== 'states') return [column('')];
  return (metric.states ?? []).map((state) => column(labelBlock([['state', state]])));
}

/** OpenMetrics wants a point in it: https://prometheus.io/docs/specs/om/open_metrics_spec/#considerations-canonical-numbers */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
