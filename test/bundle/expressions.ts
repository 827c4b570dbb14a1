import { readdirSync } from 'node:fs';
import { dashboardQueries, defaults, runDashboard, variableSelectors } from '../../src/bundle/index.ts';
import { alertRules, read, recordingRules, root } from './project.ts';

/** A PromQL expression and where it stands. */
export interface Expression {
  readonly where: string;
  readonly text: string;
}

const picked = { cluster: '.*', run: 'RUN', rank: '.*', rateInterval: '1m', range: '1h' };

/** Every expression that the project ships: of rules, of look-ups in annotations, of the dashboard and of the runbooks. */
export function shippedExpressions(): Expression[] {
  const dashboard = runDashboard(defaults);
  return [
    ...[...recordingRules, ...alertRules].map(({ record, alert, expr }) => ({
      where: `rule ${record ?? alert ?? ''}`,
      text: expr,
    })),
    ...alertRules.flatMap(({ alert, annotations }) =>
      Object.values(annotations ?? {}).flatMap((text) =>
        [...text.matchAll(/printf `([^`]*)`/g)].map(([, format = '']) => ({
          where: `annotation of ${alert}`,
          text: format.replaceAll('%q', '"x"').replaceAll('%%', '%'),
        })),
      ),
    ),
    ...dashboardQueries(dashboard, picked).map(({ title, refId, expression }) => ({
      where: `dashboard, ${title} ${refId}`,
      text: expression,
    })),
    ...variableSelectors(dashboard, picked).map(({ name, selector }) => ({
      where: `dashboard, variable ${name}`,
      text: selector,
    })),
    ...readdirSync(`${root}/docs/runbooks`).flatMap((name) =>
      [...read(`docs/runbooks/${name}`).matchAll(/^ *```promql\n([^]*?)\n *```$/gm)].map(([, text = '']) => ({
        where: `runbook ${name}`,
        text: text.trim(),
      })),
    ),
  ];
}
