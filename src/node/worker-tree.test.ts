import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KnownWorker, WorkerTree } from './worker-tree.ts';

const bootId = '0f8fad5b-d9cb-469f-a165-70867728950e';
let procRoot: string;
let time: number;

beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'gradwatch-tree-'));
  time = 0;
  mkdirSync(join(procRoot, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(procRoot, 'sys/kernel/random/boot_id'), `${bootId}\n`);
});
afterEach(() => {
  rmSync(procRoot, { recursive: true });
});

function run(pid: number, parent: number, startTicks: number, namespacePids = [pid]): void {
  mkdirSync(join(procRoot, String(pid)), { recursive: true });
  const fields = ['S', parent, ...Array.from({ length: 17 }, () => 0), startTicks, 0];
  writeFileSync(join(procRoot, String(pid), 'stat'), `${pid} (python) ${fields.join(' ')}\n`);
  writeFileSync(join(procRoot, String(pid), 'status'), `Name:\tpython\nNSpid:\t${namespacePids.join('\t')}\n`);
}

const end = (pid: number) => {
  rmSync(join(procRoot, String(pid)), { recursive: true });
};

const worker = (rank: number, pid: number, startTicks: number, more: Partial<KnownWorker> = {}): KnownWorker => ({
  run: 'digits',
  rank: String(rank),
  live: true,
  process: { pid, bootId, startTicks },
  ...more,
});

function treeOf(workers: readonly KnownWorker[]): { readonly look: () => Promise<unknown>; readonly tree: WorkerTree } {
  const tree = new WorkerTree({ procRoot, workers: () => workers, monotonic: () => time });
  return {
    tree,
    look: async () => {
      time += 15;
      const { ranks, unmatched } = await tree.find();
      return { pids: ranks.map(({ rank, pids }) => [rank, ...pids]), unmatched: Object.fromEntries(unmatched) };
    },
  };
}

describe('WorkerTree', () => {
  it('finds a process with its descendants, those of another rank left out', async () => {
    run(10, 1, 500);
    run(11, 10, 600);
    run(12, 11, 700);
    run(20, 10, 800);
    run(21, 20, 900);
    run(30, 1, 950);
    const { look, tree } = treeOf([worker(0, 10, 500), worker(1, 20, 800)]);
    expect(await look()).toEqual({
      pids: [
        ['0', 10, 11, 12],
        ['1', 20, 21],
      ],
      unmatched: {},
    });
    expect((await tree.owners()).get(12)).toEqual({ run: 'digits', rank: '0' });
    expect((await tree.owners()).get(30)).toBeUndefined();
    end(11);
    end(12);
    run(13, 10, 1000);
    expect(await look()).toMatchObject({
      pids: [
        ['0', 10, 13],
        ['1', 20, 21],
      ],
    });
  });

  it('finds a process of another pid namespace by its start and the pid that it sees', async () => {
    run(4001, 1, 500, [4001, 1]);
    run(4002, 1, 501, [4002, 1]);
    run(4003, 4002, 502, [4003, 9]);
    expect(await treeOf([worker(0, 1, 501)]).look()).toEqual({ pids: [['0', 4002, 4003]], unmatched: {} });
  });

  it('tells why it does not know a process, and does not guess', async () => {
    run(7, 1, 400);
    run(4001, 1, 500, [4001, 1]);
    run(4002, 1, 500, [4002, 1]);
    const elsewhere = { pid: 7, bootId: bootId.replace('0', '1'), startTicks: 400 };
    const { look } = treeOf([
      worker(0, 7, 400, { process: null }),
      worker(1, 7, 400, { process: elsewhere }),
      worker(2, 7, 401),
      worker(3, 8, 400),
      worker(4, 1, 500),
      worker(5, 7, 400),
      worker(6, 7, 400),
      worker(7, 9, 9, { live: false }),
    ]);
    expect(await look()).toEqual({
      pids: [['0'], ['1'], ['2'], ['3'], ['4'], ['5', 7], ['6'], ['7']],
      unmatched: { not_told: 1, other_machine: 1, not_found: 2, ambiguous: 1, shared: 1 },
    });
  });

  it('tells processes of two pid namespaces apart that look alike, where the kernel tells the namespace', async () => {
    for (const [pid, namespace] of [
      [7, 4_026_532_001],
      [8, 4_026_532_002],
    ] as const) {
      run(pid, 1, 400, [pid, 1]);
      mkdirSync(join(procRoot, String(pid), 'ns'));
      symlinkSync(`pid:[${namespace}]`, join(procRoot, String(pid), 'ns/pid'));
    }
    const process = (pidNamespace?: number) => ({ pid: 1, bootId, startTicks: 400, pidNamespace });
    const { look } = treeOf([
      worker(0, 1, 400, { process: process(4_026_532_002) }),
      worker(1, 1, 400, { process: process(4_026_532_001) }),
      worker(2, 1, 400, { process: process() }),
      worker(3, 1, 400, { process: process(4_026_532_003) }),
    ]);
    expect(await look()).toEqual({ pids: [['0', 8], ['1', 7], ['2'], ['3']], unmatched: { ambiguous: 2 } });
  });

  it('gives a process to the rank that speaks now, and one that hangs to the rank that spoke last', async () => {
    run(7, 1, 400);
    run(8, 1, 401);
    const ended = { live: false };
    const { look } = treeOf([worker(0, 7, 400, ended), worker(1, 8, 401, ended), worker(2, 7, 400)]);
    expect(await look()).toEqual({ pids: [['2', 7], ['0'], ['1', 8]], unmatched: {} });
  });

  it('does not take a process for another that had its pid', async () => {
    run(10, 1, 500);
    run(11, 10, 600);
    const { look, tree } = treeOf([worker(0, 10, 500)]);
    expect(await look()).toMatchObject({ pids: [['0', 10, 11]] });
    run(11, 1, 5000);
    expect(tree.isStill(11, 5000)).toBe(false);
    expect(tree.isStill(10, 500)).toBe(true);
    expect(await look()).toMatchObject({ pids: [['0', 10]] });
  });

  it('looks once for all who ask at about the same time, and at nothing where nobody reports', async () => {
    run(10, 1, 500);
    const { tree, look } = treeOf([worker(0, 10, 500)]);
    expect(tree.find()).toBe(tree.find());
    rmSync(join(procRoot, 'sys'), { recursive: true });
    await expect(look()).rejects.toMatchObject({ reason: 'unreadable' });
    expect(await treeOf([]).look()).toEqual({ pids: [], unmatched: {} });
  });
});
