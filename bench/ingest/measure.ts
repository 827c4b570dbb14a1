import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from '../../test/support/exporter.ts';
import type { FromLoad, Kind, Mode, Started, ToLoad, ToServer, Usage } from './messages.ts';

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

/** Ours runs as users start it, its peers as theirs do. */
const ourOptions = nodeOptions(path('../../src/main.ts'));

/** Starts a server and a load and measures some rounds; one more, before them, is to warm up. */
export async function measure(kind: Kind, load: Load, rounds: number, scraping = false): Promise<Measured> {
  const options = kind.startsWith('ours') ? ourOptions : [];
  const server = fork(path('./server.ts'), [kind], { execArgv: [...process.execArgv, ...options] });
  const { port, metrics } = await told<Started>(server);
  const { mode, workers, reportsPerBatch, batches } = load;
  const sender = fork(path('./load.ts'), [String(port), mode, ...[workers, reportsPerBatch, batches].map(String)]);
  const usage = (): Promise<Usage> => ask<Usage>(server, 'usage');
  const perRound = workers * reportsPerBatch * batches;
  const cpuPerReport: number[] = [];
  const scrapes: number[] = [];
  let lost = 0;
  let residentBytes = 0;
  for (let round = 0; round <= rounds; round += 1) {
    await ask<FromLoad>(sender, 'prepare');
    const before = await usage();
    const progress = { sending: true };
    const sent = ask<FromLoad>(sender, 'send').then(() => {
      progress.sending = false;
    });
    while (scraping && metrics !== null && progress.sending) {
      const began = performance.now();
      await (await fetch(metrics)).arrayBuffer();
      if (round > 0) scrapes.push(performance.now() - began);
    }
    await sent;
    const after = await usage();
    lost += perRound - (after.reports - before.reports);
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

async function told<Message>(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message];
  return message;
}
