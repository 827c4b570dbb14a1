import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileSources } from '../../test/support/compiled-sources.ts';
import { nodeOptions } from '../../test/support/exporter.ts';
import type { FromLoad, Kind, Mode, Started, ToLoad, ToServer, Usage } from './messages.ts';
import { reportsTold, scrape } from './scrape.ts';

export interface Load {
  readonly mode: Mode;
  readonly workers: number;
  readonly reportsPerBatch: number;
  /** Of each worker, in a round. */
  readonly batches: number;
}

export interface Measured {
  /** Microseconds of the server's CPU for a report, by round. */
  readonly cpuPerReport: readonly number[];
  readonly residentBytes: number;
  /** Reports that were sent and acknowledged and that the server has not taken. */
  readonly lost: number;
  /** Milliseconds of each scrape while the load went on; none where the server is not scraped. */
  readonly scrapes: readonly number[];
}

/** Several Prometheus servers, each far more often than any does. */
const scrapePauseMilliseconds = 100;

/** Ours runs as users start it, its peers as theirs do. */
const ourOptions = nodeOptions(path('../../src/main.ts'));

/** What is measured runs as JavaScript: a compiler in its process would be more memory than all else in it. */
const compiled = compileSources(['src', 'bench/ingest']);
process.once('exit', () => {
  compiled.remove();
});

/** Starts a server and a load and measures some rounds; one more, before them, is to warm up. */
export async function measure(kind: Kind, load: Load, rounds: number, scraping = false): Promise<Measured> {
  const options = kind.startsWith('ours') ? ourOptions : [];
  const server = fork(join(compiled.folder, 'bench/ingest/server.js'), [kind], { execArgv: [...options] });
  const { port, metrics } = await told<Started>(server);
  const { mode, workers, reportsPerBatch, batches } = load;
  const sender = fork(path('./load.ts'), [String(port), mode, ...[workers, reportsPerBatch, batches].map(String)]);
  const usage = (): Promise<Usage> => ask<Usage>(server, 'usage');
  /** Asked from here and between rounds: a client in the server takes 30 MB of it, and a scrape CPU that no report does. */
  const taken = async () => (await usage()).reports ?? (metrics === null ? NaN : await reportsTold(metrics));
  const perRound = workers * reportsPerBatch * batches;
  const cpuPerReport: number[] = [];
  const scrapes: number[] = [];
  let lost = 0;
  let residentBytes = 0;
  let takenBefore = await taken();
  for (let round = 0; round <= rounds; round += 1) {
    await ask<FromLoad>(sender, 'prepare');
    const before = await usage();
    const progress = { sending: true };
    const sent = ask<FromLoad>(sender, 'send').then(() => {
      progress.sending = false;
    });
    while (scraping && metrics !== null && progress.sending) {
      const began = performance.now();
      await scrape(metrics);
      if (round > 0) scrapes.push(performance.now() - began);
      await sleep(scrapePauseMilliseconds);
    }
    await sent;
    const after = await usage();
    const takenNow = await taken();
    lost += perRound - (takenNow - takenBefore);
    takenBefore = takenNow;
    residentBytes = after.residentBytes;
    if (round > 0) cpuPerReport.push((after.cpuMicroseconds - before.cpuMicroseconds) / perRound);
  }
  server.kill();
  sender.kill();
  return { cpuPerReport, residentBytes, lost, scrapes };
}

function path(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

async function ask<Answer>(child: ChildProcess, what: ToServer | ToLoad): Promise<Answer> {
  child.send(what);
  return told<Answer>(child);
}

/** @throws Error when the child ends instead */
async function told<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`a process of the bench ended with ${code ?? 'a signal'}`));
    };
    child.once('exit', ended).once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Message);
    });
  });
}
