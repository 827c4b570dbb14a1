import { getHeapStatistics } from 'node:v8';
import { Counter, Gauge, Registry } from 'prom-client';
import { counter, gauge, info, labelBlock, type ForeignFamily, type Metric } from '../series/index.ts';
import { LoopLag } from './loop-lag.ts';

/** What the exporter tells of its own process. */
export const selfMetrics = {
  build: info('gradwatch_exporter_build_info', {
    help: 'Version of the exporter and of Node that it runs on',
    labels: ['version', 'node_version'],
  }),
  start: gauge('gradwatch_exporter_start_timestamp_seconds', { help: 'Unix time at which the exporter was started' }),
  cpu: counter('gradwatch_exporter_process_cpu_seconds_total', {
    help: 'CPU time of the exporter, without its children',
    labels: ['mode'],
  }),
  residentMemory: gauge('gradwatch_exporter_process_resident_memory_bytes', {
    help: 'Resident memory of the exporter',
  }),
  heapUsed: gauge('gradwatch_exporter_heap_used_bytes', { help: 'Used part of the JavaScript heap of the exporter' }),
  external: gauge('gradwatch_exporter_external_memory_bytes', {
    help: 'Memory that the JavaScript heap refers to and that lies outside of it, typed arrays above all',
  }),
  loopActive: counter('gradwatch_exporter_event_loop_active_seconds_total', {
    help: 'Time that the event loop did not wait for events; its rate is the utilisation',
  }),
  loopLag: gauge('gradwatch_exporter_event_loop_lag_max_seconds', {
    help: 'Longest delay of the event loop in the last full minute of the clock, looked at five times a second',
  }),
  scrapes: counter('gradwatch_exporter_scrapes_total', { help: 'Scrapes of /metrics that were answered' }),
  lostLogLines: counter('gradwatch_exporter_log_lost_lines_total', {
    help: 'Lines of the log that could not be written to standard error',
  }),
} as const;

export interface SelfMetricsParts {
  readonly version: string;
  /** Unix seconds */
  readonly now: () => number;
  readonly lostLogLines: () => number;
}

type Reading = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * The exporter's own metrics, in a registry of prom-client. They are read out of it as data and written by the writer of all other
 * series, because its registry can write only one of the two formats and stalls the event loop while it does. The only module that
 * imports prom-client.
 */
export class SelfMetrics {
  readonly #registry = new Registry();
  readonly #types = new Map<string, Metric['type']>();
  readonly #lag: LoopLag;
  readonly #scrapes: Counter;

  constructor({ version, now, lostLogLines }: SelfMetricsParts) {
    this.#lag = new LoopLag(now);
    const startedAt = now() - process.uptime();
    this.#gauge(selfMetrics.build, () => [[{ version, node_version: process.version }, 1]]);
    this.#gauge(selfMetrics.start, () => [[{}, startedAt]]);
    this.#counter(selfMetrics.cpu, () => {
      const { user, system } = process.cpuUsage();
      return [
        [{ mode: 'user' }, user / 1e6],
        [{ mode: 'system' }, system / 1e6],
      ];
    });
    this.#gauge(selfMetrics.residentMemory, () => [[{}, process.memoryUsage.rss()]]);
    this.#gauge(selfMetrics.heapUsed, () => [[{}, getHeapStatistics().used_heap_size]]);
    this.#gauge(selfMetrics.external, () => [[{}, getHeapStatistics().external_memory]]);
    this.#counter(selfMetrics.loopActive, () => [[{}, performance.eventLoopUtilization().active / 1000]]);
    this.#gauge(selfMetrics.loopLag, () => (this.#lag.maximum === undefined ? [] : [[{}, this.#lag.maximum]]));
    this.#counter(selfMetrics.lostLogLines, () => [[{}, lostLogLines()]]);
    this.#scrapes = new Counter(this.#described(selfMetrics.scrapes));
  }

  start(): void {
    this.#lag.start();
  }

  stop(): void {
    this.#lag.stop();
  }

  scraped(): void {
    this.#scrapes.inc();
  }

  /** All values as they stand now. */
  async families(): Promise<readonly ForeignFamily[]> {
    const families = await this.#registry.getMetricsAsJSON();
    return families.map(({ name, help, values }) => ({
      name,
      help,
      type: this.#types.get(name) ?? 'unknown',
      samples: values.map(({ labels, value }) => ({
        name,
        labels: labelBlock(Object.entries(labels).map(([label, text]) => [label, String(text)])),
        value,
      })),
    }));
  }

  #gauge(metric: Metric, read: () => readonly Reading[]): void {
    const client: Gauge = new Gauge({
      ...this.#described(metric),
      collect: () => {
        // What is not told now is absent; prom-client itself would begin with 0.
        client.remove({});
        for (const [labels, value] of read()) client.set(labels, value);
      },
    });
  }

  /** A counter whose source counts by itself. */
  #counter(metric: Metric, read: () => readonly Reading[]): void {
    const client: Counter = new Counter({
      ...this.#described(metric),
      collect: () => {
        client.reset();
        for (const [labels, value] of read()) client.inc(labels, value);
      },
    });
  }

  #described(metric: Metric) {
    this.#types.set(metric.name, metric.type);
    return { name: metric.name, help: metric.help, labelNames: [...metric.labels], registers: [this.#registry] };
  }
}
