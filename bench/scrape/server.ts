// A measured server: server.ts KIND SERIES. Tells its parent its CPU time without that of refreshing values.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import express, { type Express } from 'express';
import type { Answer, Ask, Kind } from './messages.ts';
import { serveOurs } from './ours.ts';
import { promClientApp } from './prom-client.ts';

const [kind, series] = [process.argv[2] as Kind, Number(process.argv[3])];
/** The look-out itself waits this long between two looks, in milliseconds. */
const resolution = 1;
const delay = monitorEventLoopDelay({ resolution });
let refreshes = 0;
let refreshing = 0;

async function serve(): Promise<{ port: number; refresh: (seed: number) => void }> {
  if (kind === 'ours') {
    const { url, refresh } = await serveOurs(series);
    return { port: Number(new URL(url).port), refresh };
  }
  if (kind === 'prom-client') {
    const { app, refresh } = promClientApp(series);
    return { port: await listen(app), refresh };
  }
  const app = express().disable('etag').disable('x-powered-by');
  app.get('/metrics', (_request, response) => {
    response.type('text/plain').send('');
  });
  return { port: await listen(app), refresh: () => undefined };
}

function listen(app: Express): Promise<number> {
  const server = createServer((request, response) => {
    app(request, response);
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    }),
  );
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function answer(ask: Ask): Answer {
  if (ask === 'refresh') {
    const before = cpuMilliseconds();
    refresh((refreshes += 1) * 1_000);
    refreshing += cpuMilliseconds() - before;
    return { refreshed: true };
  }
  if (ask === 'usage') return { cpuMilliseconds: cpuMilliseconds() - refreshing };
  if (ask === 'watch delay') {
    delay.reset();
    delay.enable();
    return { watching: true };
  }
  delay.disable();
  return { delayMilliseconds: Math.max(0, delay.percentile(99.9) / 1e6 - resolution) };
}

const { port, refresh } = await serve();
process.on('message', (ask: Ask) => process.send?.(answer(ask)));
process.send?.({ port } satisfies Answer);
