// npm run bench:killed-worker [-- --json]: how long after a worker is killed /metrics shows that it is lost.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Started } from './ingest/messages.ts';
import { print, rounds, row } from './report.ts';

const deaths = 20;
/** Milliseconds. */
const budget = 50;

const server = fork(fileURLToPath(new URL('./ingest/server.ts', import.meta.url)), ['ours, detecting']);
const [{ port, metrics }] = (await once(server, 'message')) as [Started];
if (metrics === null) throw new Error('the exporter is not scraped');

const scrape = async (): Promise<string> => (await fetch(metrics)).text();
/** Whether the state `lost` of the worker is 1; null while the worker is not there. */
function isLost(text: string): boolean | null {
  const value = /^gradwatch_rank_state\{run="bench 0",rank="0",state="lost"\} (\d)$/m.exec(text)?.[1];
  return value === undefined ? null : value === '1';
}

/** A worker that reports and is killed with SIGKILL. @returns milliseconds until a scrape that begins later shows it */
async function die(): Promise<number> {
  const worker = fork(fileURLToPath(new URL('./ingest/load.ts', import.meta.url)), [
    String(port),
    'stream',
    '1',
    '1',
    '20',
  ]);
  worker.send('prepare');
  await once(worker, 'message');
  worker.send('send');
  await once(worker, 'message');
  // It may be called failing: that it died before is a finding.
  while (isLost(await scrape()) !== false);
  const killed = performance.now();
  worker.kill('SIGKILL');
  while (isLost(await scrape()) !== true);
  return performance.now() - killed;
}

const milliseconds: number[] = [];
for (let death = 0; death < deaths; death += 1) milliseconds.push(await die());
server.kill();
const slowest = Math.max(...milliseconds);
print('killed-worker', [
  row('a killed worker is lost on /metrics, median', rounds(milliseconds), 'ms', 'lower', budget),
  row(`a killed worker is lost on /metrics, slowest of ${deaths}`, slowest, 'ms', 'lower', budget),
]);
