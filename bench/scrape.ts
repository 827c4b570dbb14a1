// npm run bench:scrape [-- --json]: CPU of one scrape beside prom-client and node_exporter, heap per series, delay of the event loop.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { print, rounds, row, type BenchRow } from './report.ts';
import { MeasuredServer, type Headers } from './scrape/measured-server.ts';
import { nodeExporterRows } from './scrape/node-exporter.ts';

const roundsOfEach = 7;
const sizes = [
  { series: 1_000, scrapes: 150, budget: 0.5 },
  { series: 10_000, scrapes: 20, budget: 4 },
  { series: 100_000, scrapes: 3, budget: 50 },
] as const;
const bytesPerSeries = 25;
/** Milliseconds. */
const delayBudget = 5;
const delaySeconds = 20;

const openMetrics = 'application/openmetrics-text;version=1.0.0';
const encodings: readonly { name: string; headers: Headers; budgeted: boolean }[] = [
  { name: 'text', headers: {}, budgeted: true },
  { name: 'text, gzip', headers: { 'accept-encoding': 'gzip' }, budgeted: false },
  { name: 'OpenMetrics', headers: { accept: openMetrics }, budgeted: true },
  { name: 'OpenMetrics, gzip', headers: { accept: openMetrics, 'accept-encoding': 'gzip' }, budgeted: false },
];

/** CPU above an empty express route; ours, prom-client and the empty route take turns, so that what else the machine does falls on all. */
async function cpuRows({ series, scrapes, budget }: (typeof sizes)[number]): Promise<BenchRow[]> {
  const [ours, peer, empty] = await Promise.all([
    MeasuredServer.start('ours', series),
    MeasuredServer.start('prom-client', series),
    MeasuredServer.start('empty route', series),
  ]);
  for (const server of [ours, peer]) await expectSeries(server, series);
  const rows: BenchRow[] = [];
  for (const { name, headers, budgeted } of encodings) {
    const [above, peerAbove]: [number[], number[]] = [[], []];
    for (let turn = -3; turn < roundsOfEach; turn += 1) {
      const floor = await empty.cpuPerScrape(headers, scrapes);
      const mine = await ours.cpuPerScrape(headers, scrapes);
      // The peer is slow: fewer scrapes, and every other round, tell as much.
      const its = turn % 2 === 0 ? await peer.cpuPerScrape(headers, Math.ceil(scrapes / 4)) : NaN;
      if (turn < 0) continue;
      above.push(mine - floor);
      if (!Number.isNaN(its)) peerAbove.push(its - floor);
    }
    rows.push(
      row(
        `${series} series, ${name}`,
        rounds(above),
        'ms of CPU per scrape above an empty route',
        'lower',
        budgeted ? budget : null,
        ['prom-client', rounds(peerAbove)],
      ),
    );
  }
  for (const server of [ours, peer, empty]) server.stop();
  return rows;
}

/** A figure counts only when the body was whole. */
async function expectSeries(server: MeasuredServer, series: number): Promise<void> {
  const lines = (await server.scrape({})).toString().match(/^gradwatch_(?!exporter_).*$/gm) ?? [];
  if (lines.length !== series) throw new Error(`${server.kind} wrote ${lines.length} of ${series} series`);
}

async function heapRow(series: number): Promise<BenchRow> {
  const perSeries = async (kind: string) => {
    const script = fileURLToPath(new URL('scrape/heap.ts', import.meta.url));
    const child = fork(script, [kind, String(series)], { execArgv: [...process.execArgv, '--expose-gc'] });
    const [bytes] = (await once(child, 'message')) as [number];
    return bytes;
  };
  const [ours, peer] = [await perSeries('ours'), await perSeries('prom-client')];
  return row(`${series} series in memory`, ours, 'bytes per series', 'lower', bytesPerSeries, ['prom-client', peer]);
}

/** With a scrape of all series every second; the unscraped process shows what the machine itself delays. */
async function delayRow(series: number): Promise<BenchRow[]> {
  const delayOf = async (kind: 'ours' | 'prom-client', scraped: boolean) => {
    const server = await MeasuredServer.start(kind, series);
    for (let warm = 0; warm < 5; warm += 1) await server.scrape({});
    await server.ask('watch delay');
    const end = Date.now() + delaySeconds * 1000;
    while (Date.now() < end) {
      const next = new Promise((resolve) => setTimeout(resolve, 1000));
      if (scraped) await server.scrape({});
      await next;
    }
    const answer = (await server.ask('delay')) as { delayMilliseconds: number };
    server.stop();
    return answer.delayMilliseconds;
  };
  const unscraped = await delayOf('ours', false);
  const ours = await delayOf('ours', true);
  const peer = await delayOf('prom-client', true);
  const unit = 'ms of event-loop delay, p99.9';
  return [
    row(`${series} series, not scraped`, unscraped, unit, 'lower'),
    row(`${series} series, a scrape a second`, ours, unit, 'lower', delayBudget, ['prom-client', peer]),
  ];
}

const rows: BenchRow[] = [];
for (const size of sizes) rows.push(...(await cpuRows(size)));
rows.push(...(await nodeExporterRows()));
rows.push(await heapRow(100_000), ...(await delayRow(10_000)), ...(await delayRow(100_000)));
print('scrape', rows);
process.exit();
