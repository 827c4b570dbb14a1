import { describe, expect, it } from 'vitest';
import { type Dashboard, defaults, runDashboard } from '../../src/bundle/index.ts';
import { exclusions, lintRules } from './dashboard-lint.ts';
import { read } from './project.ts';

const dashboard = runDashboard(defaults);
const panels = dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [] : [panel]));

describe('the dashboard by the rules of dashboard-linter', () => {
  it.each(lintRules.filter(({ name }) => !exclusions.has(name)))('$name', ({ find }) => {
    expect(find(dashboard)).toEqual([]);
  });

  it('excludes only rules that there are, that do not hold, and says why', () => {
    for (const [name, reason] of exclusions) {
      expect(lintRules.find((rule) => rule.name === name)?.find(dashboard).length, name).toBeGreaterThan(0);
      expect(reason).not.toBe('');
    }
  });

  it('every rule finds what it is there for', () => {
    const bad = structuredClone(dashboard) as unknown as Record<string, unknown> & Dashboard;
    Object.assign(bad, { editable: true });
    Object.assign(bad.templating, {
      list: [{ ...bad.templating.list[1], refresh: 1, query: { query: 'metrics(x)', refId: 'x' } }],
    });
    const [, panel] = bad.panels;
    Object.assign(panel!, {
      description: '',
      datasource: { type: 'prometheus', uid: 'P1' },
      targets: [],
      fieldConfig: { defaults: { unit: 'W' } },
    });
    const [, , other] = bad.panels;
    const target = {
      ...panels[0]!.targets[0]!,
      expr: 'gradwatch_train_steps_total + rate(gradwatch_train_tokens_total[5m])',
    };
    Object.assign(other!, { targets: [target] });
    for (const { name, find } of lintRules) expect(find(bad).length, name).toBeGreaterThan(0);
  });
});

describe('the dashboard', () => {
  it('is loaded by Grafana 10 to 13, from a file, on one time axis', () => {
    expect(dashboard).toMatchObject({ uid: 'gradwatch-run', schemaVersion: 39, editable: false, graphTooltip: 1 });
    expect(dashboard).not.toHaveProperty('__inputs');
    // Beyond 262,144 bytes kubectl apply cannot store its annotation.
    expect(read('grafana/gradwatch-run.json').length).toBeLessThan(200_000);
  });

  it('has ids that are unique, and panels that do not overlap and stay within 24 columns', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken).not.toContain(`${x},${y}`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  it('has titles that are unique within it, and legends as tables', () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { options } of panels.filter(({ type }) => type === 'timeseries')) {
      expect(options).toMatchObject({ legend: { displayMode: 'table', calcs: ['lastNotNull', 'max'] } });
    }
  });

  it('hides the cluster unless there are several', () => {
    const cluster = (multiCluster: boolean) =>
      runDashboard({ ...defaults, multiCluster }).templating.list.find(({ name }) => name === 'cluster')?.hide;
    expect([cluster(false), cluster(true)]).toEqual([2, 0]);
  });

  it('leads to runbooks that exist', () => {
    const urls = panels.flatMap(({ fieldConfig }) => fieldConfig.defaults.links.map(({ url }) => url));
    expect(urls.length).toBeGreaterThan(5);
    for (const url of urls) {
      const file = url.replace(`${defaults.runbookUrl}/`, '');
      expect(read(`docs/runbooks/${file}`)).toContain(`# ${file.replace('.md', '')}`);
    }
  });

  it('keeps the cluster in every query', () => {
    for (const { expr } of panels.flatMap(({ targets }) => targets)) {
      for (const [selector, name] of expr.matchAll(/\b((?:gradwatch_\w+|[a-z_]+:\w+:\w+))\{[^}]*\}/g)) {
        expect(selector, name).toContain('cluster=~"$cluster"');
      }
    }
  });
});
