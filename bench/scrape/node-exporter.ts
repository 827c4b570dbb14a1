import { freePort, eventually, Program } from '../../test/support/program.ts';
import { tool } from '../../test/tools/tools.ts';
import { cpuSeconds } from '../process-usage.ts';
import { rounds, row, type BenchRow } from '../report.ts';
import { MeasuredServer, scrape } from './measured-server.ts';

const scrapes = 60;
const roundsOfEach = 7;

/** The whole of a scrape, HTTP included, for each series: Debian's node_exporter on this machine, and ours with as many series. */
export async function nodeExporterRows(): Promise<BenchRow[]> {
  const binary = tool('prometheus-node-exporter');
  if (binary === null) {
    console.warn('without node_exporter: run test/tools/install.sh');
    return [];
  }
  const port = await freePort();
  const program = new Program('node_exporter', binary, [`--web.listen-address=127.0.0.1:${port}`]);
  try {
    const body = await eventually('node_exporter', () => scrape(port, {}));
    const series = body.toString().match(/^[^#\n].*$/gm)?.length ?? NaN;
    const ours = await MeasuredServer.start('ours', series);
    const [mine, its]: [number[], number[]] = [[], []];
    for (let turn = -1; turn < roundsOfEach; turn += 1) {
      const own = await ours.cpuPerScrape({}, scrapes);
      const before = cpuSeconds(program.child.pid ?? NaN);
      for (let count = 0; count < scrapes; count += 1) await scrape(port, {});
      const theirs = ((cpuSeconds(program.child.pid ?? NaN) - before) * 1000) / scrapes;
      if (turn < 0) continue;
      mine.push((own * 1000) / series);
      its.push((theirs * 1000) / series);
    }
    ours.stop();
    return [
      row(`${series} series, the whole scrape`, rounds(mine), 'µs of CPU per series', 'lower', null, [
        'node_exporter, which reads the kernel in it',
        rounds(its),
      ]),
    ];
  } finally {
    await program.stop();
  }
}
