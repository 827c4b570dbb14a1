import type { Dashboard } from './grafana/model.ts';

/** A query as Grafana sends it to Prometheus. */
export interface DashboardQuery {
  /** Title of the panel, or name of the annotation. */
  readonly title: string;
  readonly refId: string;
  readonly expression: string;
  readonly instant: boolean;
}

/** What the reader picked. All ranks are `.*`, all clusters too. */
export interface Picked {
  readonly cluster: string;
  readonly run: string;
  readonly rank: string;
  /** Window for rates, for example 1m. */
  readonly rateInterval: string;
  /** The time range, for example 1h. */
  readonly range: string;
}

/** Every query of the panels, then those of the annotations, with the variables filled in. */
export function dashboardQueries(dashboard: Dashboard, picked: Picked): DashboardQuery[] {
  const ofPanels = dashboard.panels.flatMap((panel) =>
    panel.type === 'row'
      ? []
      : panel.targets.map(({ refId, expr, instant }) => ({
          title: panel.title,
          refId,
          expression: fill(expr, picked),
          instant,
        })),
  );
  const ofAnnotations = dashboard.annotations.list.map(({ name, expr }) => ({
    title: name,
    refId: 'annotation',
    expression: fill(expr, picked),
    instant: false,
  }));
  return [...ofPanels, ...ofAnnotations];
}

/** The series that a variable reads its values from: the selector inside `label_values`. */
export function variableSelectors(dashboard: Dashboard, picked: Picked): { name: string; selector: string }[] {
  return dashboard.templating.list.flatMap(({ name, query }) => {
    if (typeof query === 'string') return [];
    const selector = /^label_values\((.*), \w+\)$/.exec(query.query)?.[1];
    if (selector === undefined) throw new Error(`variable ${name} is not read by label_values: ${query.query}`);
    return [{ name, selector: fill(selector, picked) }];
  });
}

function fill(expression: string, picked: Picked): string {
  return expression
    .replaceAll('$__rate_interval', picked.rateInterval)
    .replaceAll('$__range', picked.range)
    .replaceAll(/\$(cluster|run|rank)\b/g, (_, name: 'cluster' | 'run' | 'rank') => picked[name]);
}
