// The measured process: server.ts KIND.
import type { Kind, Started, Usage } from './messages.ts';
import { ourReports, serveOurs } from './our-app.ts';
import { serveBare, servePromClient } from './peers.ts';

const kind = process.argv[2] as Kind;
let counted = 0;
const count = (reports: number): void => {
  counted += reports;
};

function serve(): Promise<Started> {
  if (kind === 'bare') return serveBare(count);
  if (kind === 'prom-client') return servePromClient(count);
  return serveOurs(kind === 'ours, detecting');
}

async function usage(): Promise<Usage> {
  // Before it is asked for its reports, which costs a scrape.
  const { user, system } = process.cpuUsage();
  const residentBytes = process.memoryUsage.rss();
  const ours = kind.startsWith('ours') && started.metrics !== null;
  const reports = ours ? await ourReports(started.metrics) : counted;
  return { cpuMicroseconds: user + system, residentBytes, reports };
}

const started = await serve();
process.on('message', () => {
  void usage().then((answer) => process.send?.(answer));
});
process.send?.(started);
