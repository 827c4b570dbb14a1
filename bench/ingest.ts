// What the ingest costs: CPU of the server for one report, beside a bare grpc-js handler in the same run.
// node bench/ingest.ts [--json]   (Node 20: node --import ./bench/strip-types.cjs bench/ingest.ts)
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FromLoad, FromServer, ToLoad, ToServer } from './ingest/messages.ts';

const connections = 8;
const rounds = 5;
/** Microseconds: 100,000 reports per second and core. */
const budget = 10;
const cases = [
  { reportsPerBatch: 1, batches: 6_000 },
  { reportsPerBatch: 20, batches: 500 },
  { reportsPerBatch: 200, batches: 60 },
];

/** Starts the server and the load and measures microseconds of CPU per report; the first round is to warm up. */
async function measure(kind: 'ours' | 'bare', reportsPerBatch: number, batches: number): Promise<number> {
  const server = start('./ingest/server.ts', [kind]);
  const listening = await told<Extract<FromServer, { port: number }>>(server);
  const load = start('./ingest/load.ts', [listening.port, connections, reportsPerBatch, batches].map(String));
  const usage = async () => {
    server.send('usage' satisfies ToServer);
    return told<Extract<FromServer, { cpuMicroseconds: number }>>(server);
  };
  const perReport: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await ask(load, 'prepare');
    const before = await usage();
    await ask(load, 'send');
    const after = await usage();
    const reports = after.reports - before.reports;
    const expected = connections * reportsPerBatch * batches;
    if (reports !== expected) throw new Error(`${kind} took ${reports} of ${expected} reports`);
    if (round > 0) perReport.push((after.cpuMicroseconds - before.cpuMicroseconds) / reports);
  }
  server.kill();
  load.kill();
  return perReport.sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? NaN;
}

function start(file: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args);
}

async function ask(load: ChildProcess, what: ToLoad): Promise<void> {
  load.send(what);
  await told<FromLoad>(load);
}

async function told<Message>(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message];
  return message;
}

const rows = [];
for (const { reportsPerBatch, batches } of cases) {
  const value = await measure('ours', reportsPerBatch, batches);
  const peer = await measure('bare', reportsPerBatch, batches);
  rows.push({
    case: `stream of batches of ${reportsPerBatch}, ${connections} connections`,
    value: round(value),
    unit: 'µs of CPU per report of 16 values',
    better: 'lower',
    peer: 'bare grpc-js handler',
    peer_value: round(peer),
    ratio: round(value / peer),
    budget,
    within: value <= budget,
  });
}

const machine = `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.version}`;
if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'ingest', machine, rows }));
else {
  console.log(machine);
  console.table(
    rows.map(({ case: name, value, peer_value, ratio, budget: limit }) => ({
      case: name,
      'µs per report': value,
      'reports/s and core': Math.round(1e6 / value),
      bare: peer_value,
      ratio,
      budget: limit,
    })),
  );
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
