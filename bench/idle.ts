// npm run bench:idle [-- --seconds 600] [--json]: CPU and memory of the exporter on a usual day, beside node_exporter in the same run.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStandIn } from '../src/simulate/index.ts';
import { startExporter } from '../test/support/exporter.ts';
import { eventually, freePort, Program, sleep } from '../test/support/program.ts';
import { tool } from '../test/tools/tools.ts';
import { childrenOf, cpuSeconds, residentBytes } from './process-usage.ts';
import { print, row, type BenchRow } from './report.ts';

const gpus = 8;
const scrapeSeconds = 15;
/** With eight ranks V8 goes on compiling what is used often for some five minutes; what a usual day costs shows after that. */
const warmUpSeconds = 300;
/** Percent of one core. */
const cpuBudget = 0.5;
const mebibyte = 1024 * 1024;
/** A budget for Node 20; newer versions begin with 2 to 4 MB more. */
const residentBudget = 80;

const measureSeconds = Number(/--seconds[= ](\d+)/.exec(process.argv.join(' '))?.[1] ?? 60);

/** A process whose usage is measured from one moment to another. */
class Watched {
  readonly #pid: number;
  #begun = NaN;

  constructor(pid: number | undefined) {
    this.#pid = pid ?? NaN;
  }

  begin(): void {
    this.#begun = cpuSeconds(this.#pid);
  }

  /** Percent of a core since the beginning. */
  cpuPercent(seconds: number): number {
    return ((cpuSeconds(this.#pid) - this.#begun) / seconds) * 100;
  }

  get residentMebibytes(): number {
    return residentBytes(this.#pid).now / mebibyte;
  }

  get peakMebibytes(): number {
    return residentBytes(this.#pid).peak / mebibyte;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-idle-'));
const script = resolve(import.meta.dirname, '../dist/simulate/nvidia-smi.js');
const flags = [`--gpu.program=${installStandIn(folder, script, { gpus }).path}`, '--grpc.socket=none'];

const quiet = await startExporter(flags);
const training = await startExporter(flags);
const ranks = fork(fileURLToPath(new URL('idle/ranks.ts', import.meta.url)), [training.grpcAddress]);
const nodeExporterPort = await freePort();
const binary = tool('prometheus-node-exporter');
const nodeExporter =
  binary === null ? null : new Program('node_exporter', binary, [`--web.listen-address=127.0.0.1:${nodeExporterPort}`]);
const targets = [quiet.url, training.url, ...(nodeExporter === null ? [] : [`http://127.0.0.1:${nodeExporterPort}`])];

async function scrapeAll(): Promise<void> {
  for (const target of targets) await (await fetch(`${target}/metrics`)).text();
}

await eventually('every target', async () => {
  await scrapeAll();
  const text = await (await fetch(`${training.url}/metrics`)).text();
  return text.match(/^gradwatch_rank_step\{/gm)?.length === 8 || undefined;
});
const scraping = setInterval(() => void scrapeAll(), scrapeSeconds * 1000);
await sleep(warmUpSeconds);

const watched = {
  quiet: new Watched(quiet.program.child.pid),
  training: new Watched(training.program.child.pid),
  nvidiaSmi: new Watched(childrenOf(training.program.child.pid ?? NaN)[0]),
  nodeExporter: nodeExporter === null ? null : new Watched(nodeExporter.child.pid),
};
for (const each of Object.values(watched)) each?.begin();
const begun = performance.now();
await sleep(measureSeconds);
const seconds = (performance.now() - begun) / 1000;

const peer = watched.nodeExporter;
const cpuPeer = peer === null ? null : (['node_exporter', peer.cpuPercent(seconds)] as const);
const memoryPeer = peer === null ? null : (['node_exporter', peer.residentMebibytes] as const);
const rows: BenchRow[] = [];
for (const [name, each] of [
  ['8 GPUs', watched.quiet],
  ['8 GPUs, 8 ranks × 10 steps/s', watched.training],
] as const) {
  rows.push(
    row(`${name}: CPU`, each.cpuPercent(seconds), '% of a core', 'lower', cpuBudget, cpuPeer),
    row(`${name}: memory`, each.residentMebibytes, 'MiB resident', 'lower', residentBudget, memoryPeer),
    row(`${name}: most memory since start`, each.peakMebibytes, 'MiB resident', 'lower'),
  );
}
rows.push(
  row('child: stand-in nvidia-smi, a Node program', watched.nvidiaSmi.cpuPercent(seconds), '% of a core', 'lower'),
  row('child: stand-in nvidia-smi, a Node program', watched.nvidiaSmi.residentMebibytes, 'MiB resident', 'lower'),
);

clearInterval(scraping);
ranks.kill();
await Promise.all([quiet.stop(), training.stop(), nodeExporter?.stop()]);
rmSync(folder, { recursive: true, force: true });
print('idle', rows);
