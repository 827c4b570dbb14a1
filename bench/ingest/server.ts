// The measured process: server.ts KIND.
import type { Kind, Started, Usage } from './messages.ts';
import { serveOurs } from './our-app.ts';
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

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const reports = kind.startsWith('ours') ? null : counted;
  return { cpuMicroseconds: user + system, residentBytes: process.memoryUsage.rss(), reports };
}

const started = await serve();
process.on('message', () => {
  process.send?.(usage());
});
process.send?.(started);
