import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, it, type ExpectStatic } from 'vitest';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { networkTo } from '../support/network-cut.ts';
import { eventually, freePort } from '../support/program.ts';
import { canMount, SmallDisk } from '../support/small-disk.ts';
import { pythonWithTorch } from '../tools/python.ts';
import { startRanks, type Rank } from './trainings/ranks.ts';
import { scrape } from './trainings/scrape.ts';

/**
 * What can happen to a training that is watched, and to its exporter in the middle of it: what was acknowledged is there, the state of
 * the run is right, and the training went on and computed what it computes undisturbed. All of it happens at once.
 */

const script = resolve(import.meta.dirname, 'trainings/with_pytorch.py');
const steps = 600;
/** Seconds between two steps. */
const pause = 0.05;
const python = pythonWithTorch();
const canFill = canMount('a training whose exporter has a full disk');
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-faults-'));
const stops: (() => unknown)[] = [
  () => {
    rmSync(folder, { recursive: true, force: true });
  },
];
/** Of the training that nobody watches and nothing happens to. */
let undisturbed: readonly (number | undefined)[];

async function train(run: string, exporterAddress: string, flags: readonly string[] = [], env = {}): Promise<Rank> {
  const args = [script, '--steps', String(steps), '--pause', String(pause), ...flags];
  const options = { run, count: 1, folder, exporterAddress, command: [python ?? '', ...args] as const, env };
  const [rank] = await startRanks(options);
  if (rank === undefined) throw new Error('no rank');
  stops.push(() => rank.program.stop(0));
  return rank;
}

const lossesOf = (rank: Rank) => rank.steps().map(({ values }) => values['loss']);
const hasTrained = (rank: Rank, atLeast: number) =>
  eventually(`${rank.run} to take step ${atLeast}`, () => rank.steps().length >= atLeast || undefined, {
    timeoutSeconds: 240,
  });

/** What an exporter shows of a run of one rank. */
class Shown {
  readonly url: string;
  readonly run: string;

  constructor(url: string, run: string) {
    this.url = url;
    this.run = run;
  }

  async value(name: string): Promise<number | undefined> {
    return (await scrape(this.url)).get(`${name}{run="${this.run}",rank="0"}`);
  }

  reaches(name: string, least: number): Promise<number> {
    return this.#eventually(`${name} to reach ${least}`, async () => {
      const value = (await this.value(name)) ?? 0;
      return value >= least ? value : undefined;
    });
  }

  becomes(state: string): Promise<true> {
    return this.#eventually(`the state ${state}`, async () => {
      const samples = await scrape(this.url);
      const rank = samples.get(`gradwatch_rank_state{run="${this.run}",rank="0",state="${state}"}`);
      const run = samples.get(`gradwatch_run_state{run="${this.run}",state="${state}"}`);
      return (rank === 1 && run === 1) || undefined;
    });
  }

  /** Kinds of the findings about this run that are open. */
  async findings(): Promise<readonly string[]> {
    const response = await fetch(`${this.url}/api/v1/findings`);
    const { findings } = (await response.json()) as {
      findings: readonly { kind: string; resolution: string | null; subject: { run: string | null } }[];
    };
    return findings
      .filter(({ subject, resolution }) => subject.run === this.run && resolution === null)
      .map(({ kind }) => kind);
  }

  #eventually<Answer>(what: string, ask: () => Promise<Answer | undefined>): Promise<Answer> {
    return eventually(`${this.run}: ${what}`, ask, { timeoutSeconds: 240 });
  }
}

/** An exporter with a state directory, which can be killed and comes back at its addresses. */
async function house(
  state: string,
): Promise<{ running: RunningExporter; kill(): Promise<void>; start(): Promise<void> }> {
  const ports = { http: await freePort(), grpc: await freePort() };
  const start = () =>
    startExporter(
      ['--grpc.socket=none', '--gpu.enabled=false', `--state.directory=${state}`, '--state.interval=500ms'],
      ports,
    );
  const self = {
    running: await start(),
    kill: async () => {
      self.running.program.child.kill('SIGKILL');
      await self.running.program.exited();
    },
    start: async () => {
      self.running = await start();
    },
  };
  stops.push(() => self.running.stop());
  return self;
}

let exporter: RunningExporter;
beforeAll(async () => {
  if (python === null) return;
  exporter = await startExporter([
    ...['--grpc.socket=none', '--gpu.enabled=false', '--detect.stall.training=5s', '--detect.stall.other=5s'],
  ]);
  stops.push(() => exporter.stop());
  const alone = await train('undisturbed', exporter.grpcAddress, ['--pause', '0'], { GRADWATCH_DISABLED: '1' });
  if ((await alone.program.exited()) !== 0) throw new Error(alone.program.output);
  undisturbed = lossesOf(alone);
}, 10 * 60_000);
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

describe.skipIf(python === null)('a training', () => {
  it.concurrent('that is killed is lost, with all that was heard of it', async ({ expect }) => {
    const rank = await train('killed', exporter.grpcAddress);
    const shown = new Shown(exporter.url, 'killed');
    const heard = await shown.reaches('gradwatch_rank_step', 20);
    rank.program.child.kill('SIGKILL');
    await shown.becomes('lost');
    await rank.program.exited();
    const last = await shown.value('gradwatch_rank_step');
    expect(last).toBeGreaterThanOrEqual(heard);
    expect(await shown.value('gradwatch_train_steps_total')).toBe(last);
    expect(await shown.value('gradwatch_train_loss')).toBe(lossesOf(rank)[last! - 1]);
    expect(await shown.findings()).toContain('worker_lost');
    expect(lossesOf(rank)).toEqual(undisturbed.slice(0, rank.steps().length));
  });

  it.concurrent('that is frozen is lost within the keepalive, and comes back', async ({ expect }) => {
    const rank = await train('frozen', exporter.grpcAddress);
    const shown = new Shown(exporter.url, 'frozen');
    await shown.reaches('gradwatch_rank_step', 20);
    rank.program.child.kill('SIGSTOP');
    const since = performance.now();
    try {
      await shown.becomes('lost');
      console.log(`a frozen training was lost after ${((performance.now() - since) / 1000).toFixed(1)} s`);
    } finally {
      rank.program.child.kill('SIGCONT');
    }
    await endsWell(shown, rank, expect);
  });

  it.concurrent('whose network is cut trains on, and is told of in full when it is whole again', async ({ expect }) => {
    const network = await networkTo(exporter.grpcAddress);
    stops.push(network.close);
    const rank = await train('cut', network.address);
    const shown = new Shown(exporter.url, 'cut');
    await shown.reaches('gradwatch_rank_step', 20);
    network.cut();
    const cutAt = rank.steps().length;
    await shown.becomes('lost');
    expect(rank.steps().length).toBeGreaterThan(cutAt + 20);
    expect(await shown.value('gradwatch_rank_step')).toBeLessThan(rank.steps().length);
    network.heal();
    await endsWell(shown, rank, expect);
  });

  it.concurrent('whose loop hangs while its threads still answer is stalled', async ({ expect }) => {
    const end = join(folder, 'hang-no-more');
    const rank = await train('hanging', exporter.grpcAddress, ['--hang-after', '60', '--hang-until', end]);
    const shown = new Shown(exporter.url, 'hanging');
    // On a machine that is short of CPUs the steps before may take as long as a stall.
    await shown.reaches('gradwatch_rank_step', 60);
    await shown.becomes('stalled');
    expect(await shown.value('gradwatch_rank_step')).toBe(60);
    expect(await shown.findings()).toContain('stall');
    writeFileSync(end, '');
    await endsWell(shown, rank, expect);
  });

  it.concurrent('loses nothing when its exporter is killed and comes back', async ({ expect }) => {
    const exporter = await house(join(folder, 'state'));
    const rank = await train('restarted', exporter.running.grpcAddress);
    const shown = new Shown(exporter.running.url, 'restarted');
    for (const round of [1, 2]) {
      await shown.reaches('gradwatch_rank_step', 60 * round);
      await exporter.kill();
      await hasTrained(rank, rank.steps().length + 40);
      await exporter.start();
    }
    await endsWell(shown, rank, expect);
  });

  it.skipIf(!canFill).concurrent('loses nothing when the disk of its exporter is full', async ({ expect }) => {
    const disk = new SmallDisk(join(folder, 'disk'), 2048);
    stops.push(disk.remove);
    const exporter = await house(disk.path);
    const rank = await train('full', exporter.running.grpcAddress);
    const shown = new Shown(exporter.running.url, 'full');
    await shown.reaches('gradwatch_rank_step', 60);
    disk.fill();
    const full = 'gradwatch_exporter_snapshot_failures_total{reason="full"}';
    await eventually('a snapshot to fail', async () => {
      return ((await scrape(shown.url)).get(full) ?? 0) > 0 || undefined;
    });
    // Steps go on being shown and judged, and what is on no disk is still with the worker when the exporter is killed.
    await shown.reaches('gradwatch_rank_step', rank.steps().length);
    await exporter.kill();
    await exporter.start();
    await shown.reaches('gradwatch_rank_step', rank.steps().length);
    disk.clear();
    await endsWell(shown, rank, expect);
  });
});

/** The training takes its last step and says goodbye; every step was counted once, and none was another than undisturbed. */
async function endsWell(shown: Shown, rank: Rank, expect: ExpectStatic): Promise<void> {
  expect(await rank.program.exited(), rank.program.output).toBe(0);
  await shown.becomes('finished');
  expect(lossesOf(rank)).toEqual(undisturbed);
  const counts = [
    'gradwatch_train_steps_total',
    'gradwatch_rank_rollbacks_total',
    'gradwatch_rank_dropped_steps_total',
  ];
  expect(await Promise.all(counts.map((name) => shown.value(name)))).toEqual([steps, 0, 0]);
  expect(await shown.value('gradwatch_train_loss')).toBe(undisturbed.at(-1));
  expect(await shown.value('gradwatch_train_samples_total')).toBe(16 * steps);
}
