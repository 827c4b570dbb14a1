import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dashboardQueries, defaults, runDashboard } from '../../src/bundle/index.ts';
import { describeWithTools } from '../tools/tools.ts';
import { root } from './project.ts';

/**
 * A run whose rank 1 moved from node a to node b, where it shares a GPU with rank 2; a finding whose cause was amended; and another
 * run that must not show.
 */
const at = (node: string) => `cluster="main", node="${node}", instance="${node}:1", job="gradwatch"`;
const inputs: Readonly<Record<string, string>> = {
  [`gradwatch_rank_info{${at('a')}, run="r", rank="0", uuid="GPU-0", host="a", attempt="0"}`]: '1x40',
  [`gradwatch_rank_info{${at('a')}, run="r", rank="1", uuid="GPU-1", host="a", attempt="0"}`]: '1x40',
  [`gradwatch_rank_info{${at('b')}, run="r", rank="1", uuid="GPU-2", host="b", attempt="1"}`]: '1x40',
  [`gradwatch_rank_info{${at('b')}, run="r", rank="2", uuid="GPU-2", host="b", attempt="0"}`]: '1x40',
  [`gradwatch_rank_info{${at('c')}, run="other", rank="0", uuid="GPU-3", host="c", attempt="0"}`]: '1x40',
  [`gradwatch_rank_last_step_timestamp_seconds{${at('a')}, run="r", rank="0"}`]: '0+15x40',
  [`gradwatch_rank_last_step_timestamp_seconds{${at('a')}, run="r", rank="1"}`]: '5x40',
  [`gradwatch_rank_last_step_timestamp_seconds{${at('b')}, run="r", rank="1"}`]: '10+15x40',
  [`gradwatch_rank_last_step_timestamp_seconds{${at('b')}, run="r", rank="2"}`]: '0+15x40',
  [`gradwatch_rank_last_step_timestamp_seconds{${at('c')}, run="other", rank="0"}`]: '0+15x40',
  [`gradwatch_gpu_utilization_ratio{${at('a')}, uuid="GPU-0", gpu="0"}`]: '0.25x40',
  [`gradwatch_gpu_utilization_ratio{${at('a')}, uuid="GPU-1", gpu="1"}`]: '0.75x40',
  [`gradwatch_gpu_utilization_ratio{${at('b')}, uuid="GPU-2", gpu="0"}`]: '0.5x40',
  [`gradwatch_gpu_utilization_ratio{${at('c')}, uuid="GPU-3", gpu="0"}`]: '1x40',
  [`gradwatch_node_cpu_seconds_total{${at('a')}, mode="idle"}`]: '0+30x40',
  [`gradwatch_node_cpu_seconds_total{${at('a')}, mode="user"}`]: '0+90x40',
  [`gradwatch_node_cpu_seconds_total{${at('c')}, mode="idle"}`]: '0+30x40',
  [`gradwatch_finding_severity{${at('a')}, finding="f", kind="loss_spike", run="r", rank="", uuid=""}`]:
    '2x8 3x8 stale',
  [`gradwatch_finding_info{${at('a')}, finding="f", cause="before", first_rank="0", consequence_of=""}`]: '1x8 stale',
  [`gradwatch_finding_info{${at('a')}, finding="f", cause="after", first_rank="0", consequence_of=""}`]:
    '_x9 1x7 stale',
  [`gradwatch_finding_first_step{${at('a')}, finding="f"}`]: '77x16 stale',
  // The other node has an id like it.
  [`gradwatch_finding_severity{${at('c')}, finding="f", kind="loss_spike", run="other", rank="", uuid=""}`]: '3x40',
  [`gradwatch_finding_first_step{${at('c')}, finding="f"}`]: '1x40',
};

const finding = 'cluster="main", instance="a:1", finding="f", first_rank="0", kind="loss_spike"';
const ofRank = (rank: string, node: string, uuid: string) =>
  `{cluster="main", node="${node}", instance="${node}:1", run="r", rank="${rank}", host="${node}", uuid="${uuid}"}`;
const expected: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'GPU utilisation A': {
    [ofRank('0', 'a', 'GPU-0')]: 0.25,
    [ofRank('1', 'b', 'GPU-2')]: 0.5,
    [ofRank('2', 'b', 'GPU-2')]: 0.5,
  },
  'CPU busy A': { '{cluster="main", node="a", instance="a:1"}': 0.75 },
  'Findings in the time range A': { [`{${finding}, cause="before"}`]: 3, [`{${finding}, cause="after"}`]: 3 },
  'Findings in the time range B': { '{cluster="main", instance="a:1", finding="f"}': 77 },
  'Age of the last step A': {
    '{cluster="main", run="r", rank="0"}': 0,
    '{cluster="main", run="r", rank="1"}': -10,
    '{cluster="main", run="r", rank="2"}': 0,
  },
};

describeWithTools(['promtool'], 'joins of the dashboard', ({ promtool }) => {
  const queries = dashboardQueries(runDashboard(defaults), {
    cluster: '.*',
    run: 'r',
    rank: '.*',
    rateInterval: '1m',
    range: '1h',
  });

  it.each(Object.entries(expected))('%s shows each rank, node and finding once', (name, samples) => {
    const query = queries.find(({ title, refId }) => `${title} ${refId}` === name);
    const test = {
      rule_files: [`${root}/prometheus/rules/gradwatch-recording.yaml`],
      evaluation_interval: '15s',
      tests: [
        {
          interval: '15s',
          input_series: Object.entries(inputs).map(([series, values]) => ({ series, values })),
          promql_expr_test: [
            {
              expr: query?.expression,
              eval_time: '10m',
              exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
            },
          ],
        },
      ],
    };
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-joins-'));
    try {
      writeFileSync(join(folder, 'test.yaml'), stringify(test));
      const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', 'test.yaml'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
