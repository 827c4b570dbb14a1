import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundleFiles, defaults, runDashboard } from '../../src/bundle/index.ts';
import { alertRules, read, root } from './project.ts';

describe('generated files', () => {
  it.each(bundleFiles(defaults))('$path is what its source says', ({ path, content }) => {
    expect(read(path), `run: npm run generate`).toBe(content);
  });

  it('are the same every time', () => {
    expect(bundleFiles(defaults)).toEqual(bundleFiles(defaults));
  });

  it('the chart has the rules of the rule files', () => {
    const body = (path: string) => read(path).split('groups:\n')[1] ?? '';
    const rules = ['gradwatch-recording', 'gradwatch-alerts'].map((name) => body(`prometheus/rules/${name}.yaml`));
    expect(body('helm/gradwatch/files/prometheus-rules.yaml')).toBe(rules.join(''));
  });

  it('lead to where the configuration says', () => {
    const elsewhere = { ...defaults, runbookUrl: 'https://wiki.test/r', grafanaUrl: 'https://g.test' };
    const alerts = bundleFiles(elsewhere).find(({ path }) => path.endsWith('gradwatch-alerts.yaml'))?.content ?? '';
    expect(alerts).toContain('runbook_url: https://wiki.test/r/GradwatchGpuLost.md');
    expect(alerts).toContain('dashboard_url: https://g.test/d/gradwatch-run?');
    expect(alerts).not.toContain(defaults.grafanaUrl);
  });
});

describe('what alerts lead to', () => {
  it.each(alertRules)('$alert has a test, a runbook and a dashboard', ({ alert, annotations }) => {
    expect(existsSync(`${root}/prometheus/tests/${alert}.yaml`)).toBe(true);
    expect(annotations?.runbook_url).toBe(`${defaults.runbookUrl}/${alert}.md`);
    const runbook = read(`docs/runbooks/${alert}.md`);
    const headings = runbook.split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toEqual([`# ${alert}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
    const uid = /^https:\/\/grafana\.example\/d\/([\w-]+)/.exec(annotations?.dashboard_url ?? '')?.[1];
    expect(uid).toBe(runDashboard(defaults).uid);
    expect(existsSync(`${root}/grafana/${uid ?? ''}.json`)).toBe(true);
  });

  it('has no runbook and no test of an alert that is not there', () => {
    const names = [...new Set(alertRules.map(({ alert }) => alert))].toSorted();
    const stems = (folder: string) => readdirSync(`${root}/${folder}`).map((name) => name.replace(/\.\w+$/, ''));
    expect(stems('docs/runbooks').toSorted()).toEqual(names);
    expect(stems('prometheus/tests').toSorted()).toEqual([...names, 'recording'].toSorted());
  });

  it('opens the dashboard with variables that it has', () => {
    const variables = runDashboard(defaults).templating.list.map(({ name }) => name);
    const used = alertRules.flatMap(({ annotations }) =>
      [...(annotations?.dashboard_url ?? '').matchAll(/[?&]var-(\w+)=/g)].map((match) => match[1]),
    );
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(variables).toContain(name);
  });
});
