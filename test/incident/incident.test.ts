import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findProcess } from '../../src/client/process-identity.ts';
import type { Fault } from '../../src/simulate/index.ts';
import { SimulatedNode } from '../faults/simulated-node.ts';
import { normals } from '../support/detection.ts';
import { eventually, sleep } from '../support/program.ts';
import { PlayedRun, type Told } from './played-run.ts';

/**
 * Incidents of a run of eight ranks on eight GPUs, through the whole exporter: workers over gRPC, GPUs by the stand-in nvidia-smi, the
 * detectors at their defaults. However many things are found, people are told of one, with the cause in one sentence.
 */

const machine = { gpus: 8, time: null } as const;
const noise = normals(11);

/** A healthy step of 1 s: 0.8 s of work, and what is left until the last rank has come. */
const healthy = (_: number, step: number): Told => ({
  loss: 4 / (1 + step / 200) + 0.02 * noise(),
  gradient_norm: Math.exp(0.1 * noise()),
  step_seconds: 1 + 0.01 * noise(),
  collective_wait_seconds: 0.2 + 0.01 * noise(),
});
/** One rank computes `factor` times slower, and all others wait for it. */
const slowed =
  (slow: number, factor: number) =>
  (rank: number, step: number): Told => {
    const own = 0.8 * (rank === slow ? factor : 1) + 0.01 * noise();
    return {
      ...healthy(rank, step),
      step_seconds: 0.8 * factor + 0.2,
      collective_wait_seconds: 0.8 * factor + 0.2 - own,
    };
  };

interface Played {
  readonly node: SimulatedNode;
  readonly run: PlayedRun;
  readonly play: (...faults: readonly Fault[]) => void;
}

/** Plays an incident after 100 healthy steps of which nothing is said. */
function incident(play: (played: Played) => Promise<void>, flags = {}, hello?: Parameters<typeof PlayedRun.join>[2]) {
  return async () => {
    const node = await SimulatedNode.start(
      { 'detect.gpu_xid.recent': '10m', 'findings.hold': '2m', ...flags },
      machine,
    );
    let run: PlayedRun | null = null;
    try {
      run = await PlayedRun.join(node, 'llm', hello);
      await run.train(100, healthy);
      expect(await run.open()).toEqual([]);
      await play({
        node,
        run,
        play: (...faults) => {
          node.standIn.play({ ...machine, faults });
        },
      });
    } finally {
      run?.leave();
      await node.stop();
    }
  };
}

describe.concurrent('of an incident people are told once:', { timeout: 240_000 }, () => {
  test(
    'a GPU that is throttled makes its rank slow, and the rank the run',
    incident(async ({ run, play, node }) => {
      play({ kind: 'throttled', gpu: 5, reason: 'hw_thermal_slowdown' });
      const throttled = await run.finding('gpu_throttled');
      expect(throttled).toMatchObject({ subject: { uuid: run.gpus[5] }, severity: 'warning', consequenceOf: null });
      await run.train(40, slowed(5, 1.4));
      const straggler = await run.finding('straggler');
      expect(straggler).toMatchObject({ subject: { run: 'llm', rank: 5 }, consequenceOf: throttled.id });
      expect(straggler.cause).toMatch(
        /^Rank 5 computes 1\.\d+ times slower than is usual for it since step 10\d, .*; GPU 5 is throttled by its temperature, by hardware \(hw_thermal_slowdown\): [\d.]+ s of the last 10 s, since [\d.]+ s; its SM clock is \d+ of 1980 MHz, first seen (at the same time|\d+ s before)\.$/,
      );
      const [told, ...others] = await run.notifying();
      expect([told?.id, others]).toEqual([throttled.id, []]);
      expect(told?.cause).toMatch(
        /^GPU 5 is throttled by its temperature, by hardware \(hw_thermal_slowdown\): .*; Rank 5 computes 1\.\d+ times slower than is usual for it since step 10\d, measured by its 7 peers, first seen (at the same time|\d+ s after)\.$/,
      );
      const causes = (await node.scrape()).filter((sample) => sample.startsWith('gradwatch_finding_info{'));
      expect(causes.filter((sample) => sample.includes('consequence_of=""')).map(findingOf)).toContain(throttled.id);
      expect(causes.find((sample) => findingOf(sample) === straggler.id)).toContain(`consequence_of="${throttled.id}"`);
    }),
  );

  test(
    'a GPU that falls off the bus takes its rank along, and the others with it',
    incident(
      async ({ node, run, play }) => {
        node.standIn.xid(3, 79, "pid='<unknown>', name=<unknown>, GPU has fallen off the bus.");
        play({ kind: 'lost', gpu: 3 });
        run.kill(3);
        const xid = await run.finding('gpu_xid');
        const lost = await run.finding('worker_lost', 3);
        await run.finding('gpu_lost');
        const stalled = await run.finding('stall');
        for (const rank of [0, 1, 2, 4, 5, 6, 7]) run.kill(rank);
        await run.finding('worker_lost', 7);
        await eventually('one to tell', async () => ((await run.notifying()).length === 1 ? true : undefined));
        expect(await run.notifying()).toMatchObject([
          { id: xid.id, severity: 'critical', subject: { uuid: run.gpus[3] } },
        ]);
        const open = await run.open();
        expect(open.find(({ id }) => id === xid.id)?.cause).toMatch(
          /^GPU 3 reported Xid 79 .*; Rank 3 is lost after step 99: /,
        );
        expect(open.find(({ id }) => id === lost.id)?.cause).toMatch(
          /^Rank 3 is lost after step 99: .*; GPU 3 reported Xid 79 \d+ s ago \(restart node\), first seen (at the same time|\d+ s (before|after))\.$/,
        );
        expect(open.find(({ id }) => id === stalled.id)?.consequenceOf).toBe(xid.id);
        expect(open.filter(({ kind }) => kind === 'worker_lost')).toHaveLength(8);
      },
      { 'detect.stall.training': '3s', 'detect.stall.factor': '1' },
    ),
  );

  test(
    'a loss that is NaN on all ranks',
    incident(async ({ run }) => {
      await run.train(6, (rank, step) => ({ ...healthy(rank, step), loss: NaN, gradient_norm: NaN }));
      const found = await run.finding('non_finite');
      expect(found).toMatchObject({ subject: { run: 'llm', rank: null }, severity: 'critical', firstStep: 100 });
      expect(await run.notifying()).toMatchObject([{ id: found.id }]);
      expect((await run.open()).filter(({ kind }) => kind === 'non_finite')).toHaveLength(1);
    }),
  );

  test(
    'a network that has become slow, for which no rank is blamed',
    incident(async ({ run }) => {
      await run.train(60, (rank, step) => ({
        ...healthy(rank, step),
        step_seconds: 1.6,
        collective_wait_seconds: 0.8 + 0.01 * noise(),
      }));
      const found = await run.finding('slow_communication');
      expect(found).toMatchObject({ subject: { run: 'llm', rank: null }, severity: 'warning' });
      expect(await run.notifying()).toMatchObject([{ id: found.id }]);
      expect((await run.open()).map(({ kind }) => kind)).not.toContain('straggler');
    }),
  );

  test(
    'a rank that others wait for while their GPUs seem busy',
    incident(
      async ({ run, play }) => {
        // Two looks of the detectors at cards that work.
        await sleep(11);
        play(...[0, 1, 2, 4, 5, 6, 7].map((gpu): Fault => ({ kind: 'waiting', gpu })));
        const found = await run.finding('gpu_busy_at_low_power');
        expect(found.cause).toMatch(
          /^GPU \d is 100 % busy at \d+\.?\d* W of 700 W, usually \d+ W, since .*: its kernels wait[.;]/,
        );
        await eventually('all that wait', async () => {
          const busy = (await run.open()).filter(({ kind }) => kind === 'gpu_busy_at_low_power');
          return busy.length === 7 ? true : undefined;
        });
        const stalled = await run.finding('stall');
        await eventually('one to tell', async () => ((await run.notifying()).length === 1 ? true : undefined));
        expect(await run.notifying()).toMatchObject([{ id: stalled.id }]);
      },
      {
        'detect.gpu_busy_at_low_power.warmup': '1',
        'detect.gpu_busy_at_low_power.after': '0s',
        'detect.gpu_busy_at_low_power.busy': '0.9',
        'detect.stall.training': '15s',
        'detect.stall.factor': '1',
      },
    ),
  );

  test(
    'a run that stands still until somebody kills it, also once the stall is over with it',
    incident(
      async ({ run }) => {
        const stalled = await run.finding('stall');
        for (let rank = 0; rank < 8; rank += 1) run.kill(rank);
        await run.finding('worker_lost', 7);
        expect(await run.notifying()).toMatchObject([{ id: stalled.id, severity: 'critical' }]);
        await eventually('the stall to be over', async () =>
          (await run.open()).every(({ kind }) => kind !== 'stall') ? true : undefined,
        );
        expect((await run.open()).filter(({ kind }) => kind === 'worker_lost')).toHaveLength(8);
        expect(await run.notifying()).toEqual([]);
      },
      { 'detect.stall.training': '3s', 'detect.stall.factor': '1', 'findings.hold': '2s' },
    ),
  );
});

describe.concurrent('what is not of one incident is told for itself:', { timeout: 240_000 }, () => {
  test(
    'a rank that is lost after it had gone on without the one that was lost before',
    incident(async ({ run }) => {
      run.kill(2);
      await run.finding('worker_lost', 2);
      await sleep(11);
      await run.train(10, healthy, [0, 1, 3, 4, 5, 6, 7]);
      run.kill(6);
      await run.finding('worker_lost', 6);
      const told = (await run.notifying()).filter(({ kind }) => kind === 'worker_lost');
      expect(told.map(({ subject }) => subject.rank).toSorted()).toEqual([2, 6]);
    }),
  );
});

test(
  'a worker that names no GPU is found on one by its process, and told with what happens to it',
  { timeout: 240_000 },
  incident(
    async ({ node, run, play }) => {
      const found = (samples: readonly string[]) =>
        samples.find((sample) => sample.startsWith('gradwatch_rank_info{') && sample.includes('rank="4",uuid="GPU-'));
      // The driver lists the process of this test on GPU 6.
      node.standIn.play({ ...machine, pids: [1, 1, 1, 1, 1, 1, process.pid, 1] });
      const info = await eventually('the GPU of rank 4', async () => found(await node.scrape()), {
        timeoutSeconds: 60,
      });
      expect(info).toContain(`uuid="${run.gpus[6]}"`);
      play({ kind: 'throttled', gpu: 6, reason: 'hw_power_brake_slowdown' });
      const throttled = await run.finding('gpu_throttled');
      await run.train(40, slowed(4, 1.4));
      const straggler = await run.finding('straggler');
      expect(straggler).toMatchObject({ subject: { rank: 4 }, consequenceOf: throttled.id });
      expect(straggler.cause).toMatch(/^Rank 4 .*; GPU 6 is throttled by the power brake of the machine/);
    },
    { 'gpu_detail.enabled': 'true', 'gpu_detail.interval': '5s' },
    (rank) => (rank === 4 ? { pid: process.pid, ...findProcess((path) => readFileSync(path, 'utf8')) } : {}),
  ),
);

function findingOf(sample: string): string | undefined {
  return /finding="([^"]+)"/.exec(sample)?.[1];
}
