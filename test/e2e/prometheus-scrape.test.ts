import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schema } from '../../src/catalogue.ts';
import { collectors } from '../../src/collectors.ts';
import { readConfig } from '../../src/config/index.ts';
import { installStandIn } from '../../src/simulate/index.ts';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { parseExposition, type ParsedFamily } from '../support/exposition-parser.ts';
import { eventually, freePort, Program, sleep } from '../support/program.ts';
import { PrometheusApi } from '../support/prometheus.ts';
import { describeWithTools } from '../tools/tools.ts';

/** A real Prometheus scrapes the exporter every two seconds for a minute, in the text format and in OpenMetrics. */

const root = resolve(import.meta.dirname, '../..');
const seconds = 60;
/** Of 30, less what a busy machine may leave out. */
const leastScrapes = 22;

/** Jobs by format, each told to ask for that format alone. */
const protocols = { text: 'PrometheusText0.0.4', openmetrics: 'OpenMetricsText1.0.0' } as const;
const jobs = Object.keys(protocols) as (keyof typeof protocols)[];

const configuration = (exporter: string, own: string) => `
global: {scrape_interval: 2s, scrape_timeout: 2s}
scrape_configs:
${jobs
  .map(
    (job) =>
      `  - {job_name: ${job}, scrape_protocols: [${protocols[job]}], static_configs: [{targets: ['${exporter}']}]}`,
  )
  .join('\n')}
  - {job_name: prometheus, static_configs: [{targets: ['${own}']}]}
`;

describeWithTools(['prometheus', 'promtool'], 'a minute of scrapes by Prometheus', (tools) => {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-scrape-'));
  const stops: (() => Promise<unknown>)[] = [];
  let exporter: RunningExporter;
  let prometheus: Program;
  let api: PrometheusApi;

  /** One value for each series of an expression, by a label. */
  async function values(expression: string, label: string): Promise<Record<string, number>> {
    const samples = await api.query(expression);
    return Object.fromEntries(samples.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
  }

  async function families(accept: string, format: 'text' | 'openmetrics'): Promise<readonly ParsedFamily[]> {
    const response = await fetch(`${exporter.url}/metrics`, { headers: { accept } });
    return parseExposition(format, await response.text());
  }

  beforeAll(async () => {
    const standIn = installStandIn(folder, join(root, 'dist/simulate/nvidia-smi.js'), { gpus: 2 });
    exporter = await startExporter([`--gpu.program=${standIn.path}`, '--log.level=debug']);
    stops.push(() => exporter.stop());

    const { init } = (await import(join(root, 'dist/client/index.js'))) as typeof import('../../src/client/index.ts');
    const run = init({ run: 'scraped', address: exporter.grpcAddress });
    let step = 0;
    const training = setInterval(() => {
      step += 1;
      run.log({ step, loss: 1 + 1 / step, gradientNorm: 1, learningRate: 1e-3, stepSeconds: 0.1, samples: 32 });
    }, 100);
    stops.push(async () => {
      clearInterval(training);
      await run.finish();
    });

    const address = `127.0.0.1:${await freePort()}`;
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, configuration(exporter.httpAddress, address));
    prometheus = new Program('prometheus', tools.prometheus, [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ]);
    stops.push(() => prometheus.stop());
    await eventually('Prometheus', async () => (await fetch(`http://${address}/-/ready`)).ok || undefined);
    api = new PrometheusApi(`http://${address}`);
    await sleep(seconds);
  });

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('succeeds every time, with samples', async () => {
    const exporters = `{job=~"${jobs.join('|')}"}[${seconds}s]`;
    const scrapes = await values(`count_over_time(up${exporters})`, 'job');
    for (const job of jobs) expect(scrapes[job], job).toBeGreaterThan(leastScrapes);
    expect(await values(`min_over_time(up${exporters})`, 'job')).toEqual({ text: 1, openmetrics: 1 });
    const samples = await values(`min_over_time(scrape_samples_scraped${exporters})`, 'job');
    for (const job of jobs) expect(samples[job], job).toBeGreaterThan(200);
    for (const { lastError } of await api.targets()) expect(lastError).toBe('');
  });

  it('gives Prometheus nothing to drop, and nothing to warn of', async () => {
    const dropped = await values(
      '{__name__=~"prometheus_target_scrapes_(sample_duplicate_timestamp|sample_out_of_order|sample_out_of_bounds|exceeded_.*|cache_flush_forced)_total"}',
      '__name__',
    );
    expect(Object.keys(dropped).length).toBeGreaterThan(4);
    expect(Object.entries(dropped).filter(([, count]) => count > 0)).toEqual([]);
    expect(prometheus.output).toMatch(/level=info/);
    expect(prometheus.output.split('\n').filter((line) => /level=(warn|error)/.test(line))).toEqual([]);
  });

  it('shows every enabled collector: its series, or why there are none', async () => {
    const read = readConfig(schema, {});
    if ('mistakes' in read) throw new Error('the defaults do not hold');
    const enabled = collectors(read.value, () => []).all.filter(({ enabled }) => enabled);
    const success = await values('gradwatch_exporter_collector_success{job="text"}', 'collector');
    const absent = await values('gradwatch_exporter_collector_absent{job="text"}', 'collector');
    const names = new Set(
      (await api.query('group by (__name__) ({job="text"})')).map(({ metric }) => metric['__name__']),
    );
    for (const { name, metrics } of enabled) {
      if (absent[name] === 1) {
        expect(success, name).not.toHaveProperty(name);
        continue;
      }
      expect(success[name], name).toBe(1);
      expect(metrics.filter((metric) => names.has(metric.name)).length, name).toBeGreaterThan(0);
    }
    expect(Object.keys(success).length).toBeGreaterThan(3);
    expect(names).toContain('gradwatch_train_loss');
  });

  it('reads the same series from both formats', async () => {
    const [text = [], openmetrics = []] = await Promise.all(
      jobs.map(async (job) => {
        const series = await api.query(`group by (__name__) ({job="${job}"})`);
        return series.map(({ metric }) => metric['__name__']).sort();
      }),
    );
    expect(text.length).toBeGreaterThan(100);
    expect(openmetrics).toEqual(text);
  });

  it('has no family or series twice, by a reader of our own', async () => {
    const text = await families('text/plain', 'text');
    const openmetrics = await families('application/openmetrics-text; version=1.0.0', 'openmetrics');
    expect(openmetrics.length).toBe(text.length);
  });

  it('passes promtool check metrics', async () => {
    const input = await (await fetch(`${exporter.url}/metrics`)).text();
    expect(execFileSync(tools.promtool, ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
  });
});
