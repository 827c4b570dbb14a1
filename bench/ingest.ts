// npm run bench:ingest [-- --json]: CPU of the server for one report, memory, loss, and scrapes under load, beside a bare grpc-js handler
// and one that fills gauges of prom-client.
import { measure, type Load, type Measured } from './ingest/measure.ts';
import type { Kind } from './ingest/messages.ts';
import { print, rounds, row, type BenchRow } from './report.ts';

const rounded = 3;
const unit = 'µs of CPU per report of 20 values';
/** Microseconds: 100,000 reports per second and core, and 20,000 with all detectors. */
const budget = 10;
const detectingBudget = 50;
const megabyte = 1e6;
const residentBudget = 200;

const batched: readonly Load[] = [
  { mode: 'stream', workers: 8, reportsPerBatch: 1, batches: 2_000 },
  { mode: 'stream', workers: 8, reportsPerBatch: 20, batches: 200 },
  { mode: 'stream', workers: 8, reportsPerBatch: 200, batches: 24 },
];

/** How many workers there are, and how many batches of one report each of them sends in a round. */
const crowds = [
  { workers: 8, batches: 1_000 },
  { workers: 256, batches: 32 },
  { workers: 1_000, batches: 12 },
] as const;

async function batchRows(load: Load): Promise<BenchRow[]> {
  const name = `stream of batches of ${load.reportsPerBatch}, ${load.workers} workers`;
  const ours = await measure('ours', load, rounded);
  const bare = await measure('bare', load, rounded);
  const detecting = await measure('ours, detecting', load, rounded);
  const peer = await measure('prom-client', load, rounded);
  return [
    row(name, cpu(ours), unit, 'lower', budget, ['bare grpc-js handler', cpu(bare)]),
    row(`${name}, detecting`, cpu(detecting), unit, 'lower', detectingBudget, ['prom-client', cpu(peer)]),
    row(`${name}: lost`, ours.lost + detecting.lost, 'reports', 'lower', 0),
  ];
}

async function crowdRows({ workers, batches }: (typeof crowds)[number]): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const mode of ['stream', 'unary'] as const) {
    const load: Load = { mode, workers, reportsPerBatch: 1, batches: mode === 'stream' ? batches : batches / 4 };
    const name = `${workers} workers, ${mode}`;
    const ours = await measure('ours', load, 3);
    const bare = await measure('bare', load, 3);
    const detecting = await measure('ours, detecting', load, 3);
    const peer = await measure('prom-client', load, 3);
    rows.push(
      row(name, cpu(ours), unit, 'lower', null, ['bare grpc-js handler', cpu(bare)]),
      row(`${name}, detecting`, cpu(detecting), unit, 'lower', null, ['prom-client', cpu(peer)]),
      row(`${name}: lost`, ours.lost + detecting.lost, 'reports', 'lower', 0),
    );
  }
  return rows;
}

/** Scrapes while reports come as fast as they are taken. */
async function scrapeRow({ workers, batches }: (typeof crowds)[number]): Promise<BenchRow> {
  const load: Load = { mode: 'stream', workers, reportsPerBatch: 1, batches };
  const ours = await measure('ours, detecting', load, 3, true);
  const peer = await measure('prom-client', load, 3, true);
  return row(`${workers} workers: scrape p99 under full load`, p99(ours), 'ms', 'lower', null, [
    'prom-client',
    p99(peer),
  ]);
}

/** Memory of workers that are connected and report now and then, which is how they are: one report each, twice. */
async function residentRows({ workers }: (typeof crowds)[number]): Promise<BenchRow[]> {
  const load: Load = { mode: 'stream', workers, reportsPerBatch: 1, batches: 1 };
  const resident = async (kind: Kind) => (await measure(kind, load, 1)).residentBytes / megabyte;
  const bare = ['bare grpc-js handler', await resident('bare')] as const;
  return [
    row(`${workers} workers connected: RSS`, await resident('ours'), 'MB', 'lower', null, bare),
    row(
      `${workers} workers connected, detecting: RSS`,
      await resident('ours, detecting'),
      'MB',
      'lower',
      residentBudget,
      bare,
    ),
  ];
}

function cpu({ cpuPerReport }: Measured) {
  return rounds(cpuPerReport);
}

function p99({ scrapes }: Measured): number {
  const sorted = scrapes.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))] ?? NaN;
}

const rows: BenchRow[] = [];
/** It takes minutes: what is known is told at once, on standard error. */
function add(more: readonly BenchRow[]): void {
  for (const { case: name, value, peer_value: peer } of more) console.error(name, value, peer ?? '');
  rows.push(...more);
}
for (const load of batched) add(await batchRows(load));
for (const crowd of crowds) {
  add(await crowdRows(crowd));
  add([await scrapeRow(crowd)]);
  add(await residentRows(crowd));
}
print('ingest', rows);
