import type { Dashboard } from '../../src/bundle/index.ts';

/** A rule of Grafana's dashboard-linter, https://github.com/grafana/dashboard-linter/tree/main/docs */
export interface LintRule {
  readonly name: string;
  /** What is wrong, one line each. */
  readonly find: (dashboard: Dashboard) => string[];
}

type Variable = Dashboard['templating']['list'][number];
type QueryPanel = Exclude<Dashboard['panels'][number], { readonly type: 'row' }>;

/** Ids from Grafana's list of units that we have a use for. */
const units = new Set(['none', 'short', 'sci', 'percentunit', 's', 'bytes', 'celsius', 'watt', 'hertz', 'cps']);

export const lintRules: readonly LintRule[] = [
  {
    name: 'template-datasource-rule',
    find: ({ templating }) =>
      templating.list.some(
        ({ type, name, label, query }) =>
          type === 'datasource' && name === 'datasource' && label === 'Data source' && query === 'prometheus',
      )
        ? []
        : ['no variable "datasource" of type prometheus'],
  },
  { name: 'template-job-rule', find: ({ templating }) => missingVariable(templating.list, 'job') },
  { name: 'template-instance-rule', find: ({ templating }) => missingVariable(templating.list, 'instance') },
  {
    name: 'template-label-promql-rule',
    find: ({ templating }) =>
      queryVariables(templating.list)
        .filter(([, query]) => !/^label_values\(\w+(\{.*\})?, \w+\)$/.test(query))
        .map(([name, query]) => `variable ${name}: ${query}`),
  },
  {
    name: 'template-on-time-change-reload-rule',
    find: ({ templating }) =>
      templating.list.filter(({ type, refresh }) => type === 'query' && refresh !== 2).map(({ name }) => name),
  },
  {
    name: 'panel-datasource-rule',
    find: (dashboard) =>
      queryPanels(dashboard)
        .filter(({ datasource, targets }) =>
          [datasource, ...targets.map((target) => target.datasource)].some(isNotVariable),
        )
        .map(({ title }) => title),
  },
  {
    name: 'panel-title-description-rule',
    find: (dashboard) =>
      queryPanels(dashboard)
        .filter(({ title, description }) => title === '' || !/\.$/.test(description))
        .map(({ id, title }) => `panel ${id} ${title}`),
  },
  {
    name: 'panel-units-rule',
    find: (dashboard) =>
      queryPanels(dashboard)
        .filter(({ fieldConfig }) => !units.has(fieldConfig.defaults.unit))
        .map(({ title, fieldConfig }) => `${title}: ${fieldConfig.defaults.unit}`),
  },
  {
    name: 'panel-no-targets-rule',
    find: (dashboard) =>
      queryPanels(dashboard)
        .filter(({ targets }) => targets.length === 0)
        .map(({ title }) => title),
  },
  {
    name: 'target-rate-interval-rule',
    find: (dashboard) =>
      targets(dashboard)
        .filter(({ expr }) =>
          [...expr.matchAll(/\b(?:rate|irate|increase)\([^[]*\[([^\]]*)\]/g)].some(
            ([, window]) => window !== '$__rate_interval',
          ),
        )
        .map(({ title, expr }) => `${title}: ${expr}`),
  },
  {
    name: 'target-counter-agg-rule',
    find: (dashboard) =>
      targets(dashboard)
        .filter(({ expr }) => /(?<!\b(?:rate|irate|increase)\()\bgradwatch_\w+_total\b/.test(expr))
        .map(({ title, expr }) => `${title}: ${expr}`),
  },
  { name: 'target-job-rule', find: (dashboard) => withoutMatcher(dashboard, 'job') },
  { name: 'target-instance-rule', find: (dashboard) => withoutMatcher(dashboard, 'instance') },
  { name: 'uneditable-dashboard', find: ({ editable }) => ((editable as boolean) ? ['it is editable'] : []) },
];

/** Rules that do not hold here, and why. That PromQL parses (target-promql-rule) is tested with Prometheus' own parser. */
export const exclusions: ReadonlyMap<string, string> = new Map([
  [
    'template-job-rule',
    'names of metrics are unique to gradwatch; a job variable would only break scrapes with another job name',
  ],
  ['target-job-rule', 'as template-job-rule'],
  ['template-instance-rule', 'a run spans nodes: they follow from the run by a join, the reader does not pick them'],
  ['target-instance-rule', 'as template-instance-rule'],
]);

function queryPanels({ panels }: Dashboard): QueryPanel[] {
  return panels.filter((panel): panel is QueryPanel => panel.type !== 'row');
}

function targets(dashboard: Dashboard) {
  return queryPanels(dashboard).flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
}

function queryVariables(list: readonly Variable[]): [name: string, query: string][] {
  return list.flatMap(({ name, query }) =>
    typeof query === 'string' ? [] : [[name, query.query] as [string, string]],
  );
}

function isNotVariable({ uid }: { readonly uid: string }): boolean {
  return uid !== '${datasource}';
}

function missingVariable(list: readonly Variable[], wanted: string): string[] {
  return list.some(({ name, multi, allValue }) => name === wanted && multi && allValue === '.+')
    ? []
    : [`no variable ${wanted}`];
}

function withoutMatcher(dashboard: Dashboard, label: string): string[] {
  return targets(dashboard)
    .filter(({ expr }) => !expr.includes(`${label}=~"$${label}"`))
    .map(({ title }) => title);
}
