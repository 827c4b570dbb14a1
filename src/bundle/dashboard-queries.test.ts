import { expect, it } from 'vitest';
import { defaults } from './config.ts';
import { dashboardQueries, variableSelectors } from './dashboard-queries.ts';
import { runDashboard } from './grafana/run-dashboard.ts';

const picked = { cluster: 'main', run: 'digits', rank: '0|1', rateInterval: '1m', range: '1h' };
const dashboard = runDashboard(defaults);

it('lists every query of panels and annotations with the variables filled in', () => {
  const queries = dashboardQueries(dashboard, picked);
  const targets = dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [] : panel.targets));
  expect(queries).toHaveLength(targets.length + dashboard.annotations.list.length);
  for (const { expression } of queries) expect(expression).not.toContain('$');
  expect(queries).toContainEqual({
    title: 'Loss per rank',
    refId: 'A',
    expression: 'run_rank:gradwatch_train_loss:newest{cluster=~"main", run="digits", rank=~"0|1"}',
    instant: false,
  });
  expect(queries.find(({ title }) => title === 'Findings in the time range')).toMatchObject({
    expression: expect.stringContaining('[1h]') as string,
    instant: true,
  });
});

it('lists the selectors that variables are read from', () => {
  expect(variableSelectors(dashboard, picked)).toEqual([
    { name: 'cluster', selector: 'gradwatch_run_info{cluster!=""}' },
    { name: 'run', selector: 'gradwatch_run_info{cluster=~"main"}' },
    { name: 'rank', selector: 'gradwatch_rank_info{cluster=~"main", run="digits"}' },
  ]);
});
