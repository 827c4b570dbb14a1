import type { BundleConfig } from '../config.ts';
import { type Selector, matching, not, series } from '../promql/index.ts';
import { datasource, type Variable } from './model.ts';

// A variable with one value is compared for equality: Grafana does not escape it for a regular expression.

/** Matchers for the picked cluster, or all. */
export const pickedCluster = { cluster: matching('$cluster') } as const;
/** Matchers for the picked run. */
export const pickedRun = { ...pickedCluster, run: '$run' } as const;
/** Matchers for the picked ranks of the picked run, or all. */
export const pickedRanks = { ...pickedRun, rank: matching('$rank') } as const;

/** Grafana's choice of a window for rates: at least four scrapes, more when zoomed out. */
export const rateInterval = '$__rate_interval';
/** The time range that the reader looks at. */
export const timeRange = '$__range';

const byName = 1;
const byNumber = 3;

export function variables({ multiCluster }: BundleConfig): Variable[] {
  return [
    {
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: 'prometheus',
      refresh: 1,
      hide: 0,
      multi: false,
      includeAll: false,
      options: [],
      current: {},
    },
    queryVariable('cluster', 'Cluster', series('gradwatch_run_info', { cluster: not('') }), {
      hide: multiCluster ? 0 : 2,
      all: true,
      multi: false,
      sort: byName,
    }),
    queryVariable('run', 'Run', series('gradwatch_run_info', pickedCluster), {
      hide: 0,
      all: false,
      multi: false,
      sort: byName,
    }),
    queryVariable('rank', 'Rank', series('gradwatch_rank_info', pickedRun), {
      hide: 0,
      all: true,
      multi: true,
      sort: byNumber,
    }),
  ];
}

interface Shown {
  readonly hide: 0 | 2;
  /** Whether all values can be picked at once. */
  readonly all: boolean;
  readonly multi: boolean;
  readonly sort: typeof byName | typeof byNumber;
}

/** The values of a label, read anew when the time range changes, so that a run of last week can be picked. */
function queryVariable<Label extends string>(
  name: NoInfer<Label>,
  label: string,
  selector: Selector<Label>,
  { hide, all, multi, sort }: Shown,
): Variable {
  const query = `label_values(${selector.text}, ${name})`;
  return {
    name,
    label,
    type: 'query',
    datasource,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    hide,
    multi,
    includeAll: all,
    ...(all && { allValue: '.*', current: { text: 'All', value: '$__all' } }),
    sort,
    options: [],
  };
}
