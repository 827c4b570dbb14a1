import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeWithTools } from '../tools/tools.ts';
import { root } from './project.ts';

describeWithTools(['promtool'], 'Prometheus', ({ promtool }) => {
  const run = (folder: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: `${root}/${folder}`, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  it('takes configuration and rules', () => {
    const { status, output } = run('prometheus', 'check', 'config', '--lint=all', '--lint-fatal', 'prometheus.yml');
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain('2 rule files found');
  });

  it("takes the chart's rules", () => {
    const { status, output } = run('helm/gradwatch/files', 'check', 'rules', '--lint-fatal', 'prometheus-rules.yaml');
    expect({ status, output }).toMatchObject({ status: 0 });
  });

  it.each(readdirSync(`${root}/prometheus/tests`))('%s holds', (name) => {
    const { status, output } = run('prometheus/tests', 'test', 'rules', name);
    expect(output).toContain('SUCCESS');
    expect({ status, output }).toMatchObject({ status: 0 });
  });
});
