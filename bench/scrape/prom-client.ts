import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import express from 'express';
import { Counter, Gauge, Registry, type OpenMetricsContentType, type PrometheusContentType } from 'prom-client';
import type { Metric } from '../../src/series/index.ts';
import { load, valueOf } from './load.ts';

const gzip = promisify(gzipCallback);

/** The series of a load in a registry of prom-client, one metric object for each name as its users write them. */
export class PromClientSeries {
  readonly registry = new Registry<PrometheusContentType | OpenMetricsContentType>();
  readonly #rows;
  readonly #metrics = new Map<string, Gauge | Counter>();

  constructor(series: number) {
    this.#rows = load(series);
    for (const { metrics } of this.#rows) for (const metric of metrics) this.#register(metric);
    this.refresh(1);
  }

  refresh(seed: number): void {
    for (const client of this.#metrics.values()) if (client instanceof Counter) client.reset();
    for (const { labels, metrics } of this.#rows) {
      for (const metric of metrics) {
        seed += 1;
        const client = this.#metrics.get(metric.name);
        if (client instanceof Counter) client.inc(labels, valueOf(metric, seed));
        else if (metric.states === undefined) client?.set(labels, valueOf(metric, seed));
        else {
          const holds = metric.states[seed % metric.states.length];
          for (const state of metric.states) client?.set({ ...labels, state }, state === holds ? 1 : 0);
        }
      }
    }
  }

  #register({ name, help, labels, type }: Metric): void {
    if (this.#metrics.has(name)) return;
    const described = { name, help, labelNames: [...labels], registers: [this.registry] };
    this.#metrics.set(name, type === 'counter' ? new Counter(described) : new Gauge(described));
  }
}

/** The same series from the same express, with gzip as ours has it. */
export function promClientApp(series: number): { app: express.Express; refresh: (seed: number) => void } {
  const peer = new PromClientSeries(series);
  const app = express().disable('etag').disable('x-powered-by');
  app.get('/metrics', async (request, response) => {
    const open = request.get('accept')?.includes('openmetrics') === true;
    peer.registry.setContentType(open ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE);
    const body = Buffer.from(await peer.registry.metrics());
    response.set('Content-Type', peer.registry.contentType);
    if (request.get('accept-encoding') !== 'gzip') response.send(body);
    else response.set('Content-Encoding', 'gzip').send(await gzip(body, { level: 1 }));
  });
  return {
    app,
    refresh: (seed) => {
      peer.refresh(seed);
    },
  };
}
