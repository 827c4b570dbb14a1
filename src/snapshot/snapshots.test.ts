import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemTimers } from '../collect/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import type { LimitOfNow, Section } from './section.ts';
import { Snapshots, type SnapshotStore } from './snapshots.ts';
import { StateDirectory } from './state-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'gradwatch-state-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let directory: string;
let count = 0;
beforeEach(() => {
  count += 1;
  directory = join(root, String(count));
});

/** A room with one number to keep. */
class Room implements Section {
  readonly name: string = 'room';
  readonly version: number = 1;
  value = 0;
  saves = 0;
  onDisk: number | null = null;
  #saving = 0;
  #revision = 0;

  set(value: number): void {
    this.value = value;
    this.#revision += 1;
  }

  revision(): number {
    return this.#revision;
  }

  save(): unknown[] {
    this.saves += 1;
    this.#saving = this.value;
    return [this.value];
  }

  saved(): void {
    this.onDisk = this.#saving;
  }

  restore(part: unknown): string | null {
    if (typeof part !== 'number') return 'it is no number';
    this.value = part;
    return null;
  }
}

interface Exporter {
  readonly snapshots: Snapshots;
  readonly told: string[];
  readonly series: (family: string) => string[];
}

function exporter(
  sections: readonly Section[],
  store: SnapshotStore = new StateDirectory(directory),
  maxBytes?: number,
): Exporter {
  const table = new SeriesTable();
  const told: string[] = [];
  const tell = (_: object, message: string): void => {
    told.push(message);
  };
  const snapshots = new Snapshots({
    store,
    intervalSeconds: 3600,
    ...(maxBytes !== undefined && { maxBytes }),
    sections,
    table,
    log: { info: tell, warn: tell },
    now: () => 1000,
    timers: { ...systemTimers, monotonic: () => Infinity },
  });
  return {
    snapshots,
    told,
    series: (family) =>
      expose('text', table.snapshot())
        .split('\n')
        .filter((line) => line.startsWith(family) && !line.endsWith(' 0'))
        .map((line) => line.slice(family.length)),
  };
}

const failures = 'gradwatch_exporter_snapshot_failures_total';
const restored = 'gradwatch_exporter_restore_state';

describe('Snapshots', () => {
  it('gives back after a restart what was there at the end, and lets the next one have the directory', async () => {
    const [before, after] = [new Room(), new Room()];
    const first = exporter([before]);
    await first.snapshots.start();
    before.set(7);
    await first.snapshots.stop(5);
    const second = exporter([after]);
    await second.snapshots.start();
    expect(after.value).toBe(7);
    expect([first.series(restored), second.series(restored)]).toEqual([
      ['{state="nothing_there"} 1'],
      ['{state="restored"} 1'],
    ]);
    await second.snapshots.stop(5);
    expect(readdirSync(directory)).toEqual(['snapshot.jsonl']);
    expect(statSync(join(directory, 'snapshot.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('tells sections and listeners what is on disk, and writes nothing where nothing changed', async () => {
    const room = new Room();
    const { snapshots, series } = exporter([room]);
    await snapshots.start();
    let heard = 0;
    snapshots.onSaved(() => (heard += 1));
    room.set(3);
    expect(await snapshots.save()).toBe(true);
    expect(await snapshots.save()).toBe(true);
    expect({ onDisk: room.onDisk, saves: room.saves, heard }).toEqual({ onDisk: 3, saves: 1, heard: 2 });
    expect(series('gradwatch_exporter_snapshot_timestamp_seconds')).toEqual([' 1000']);
    expect(series('gradwatch_exporter_snapshot_size_bytes')).toEqual([
      ` ${statSync(join(directory, 'snapshot.jsonl')).size}`,
    ]);
    await snapshots.stop(5);
  });

  it('promises nothing about what changed while a snapshot was written', async () => {
    const room = new Room();
    const { snapshots } = exporter([room]);
    await snapshots.start();
    room.set(1);
    const running = snapshots.save();
    await Promise.resolve();
    const asked = Promise.all([snapshots.save(), snapshots.save(), snapshots.save()]);
    await running;
    room.set(2);
    await asked;
    await snapshots.save();
    expect(room.onDisk).toBe(2);
    expect(room.saves).toBeLessThanOrEqual(3);
    await snapshots.stop(5);
  });

  it('refuses a directory that another exporter uses, and one that such an exporter died in not', async () => {
    const first = exporter([]);
    await first.snapshots.start();
    const second = exporter([]);
    await expect(second.snapshots.start()).rejects.toThrow(
      `state.directory ${directory}: another exporter uses it; stop that one, or give each its own`,
    );
    await second.snapshots.stop(5);
    expect(second.told).toEqual([]);
    await first.snapshots.stop(5);
    await expect(exporter([]).snapshots.start()).resolves.toBeUndefined();
  });

  it('notices that its lock went to another exporter meanwhile', async () => {
    const room = new Room();
    const first = exporter([room]);
    await first.snapshots.start();
    rmSync(join(directory, 'lock'));
    const second = exporter([new Room()]);
    await second.snapshots.start();
    room.set(1);
    expect(await first.snapshots.save()).toBe(false);
    expect(first.series(failures)).toEqual(['{reason="held"} 1']);
    await first.snapshots.stop(5);
    expect(readdirSync(directory)).toContain('lock');
    await second.snapshots.stop(5);
  });

  it('goes on without a directory, tells it once, and writes again when there is one', async () => {
    const room = new Room();
    const { snapshots, told, series } = exporter([room]);
    await snapshots.start();
    rmSync(directory, { recursive: true });
    room.set(5);
    expect([await snapshots.save(), await snapshots.save()]).toEqual([false, false]);
    expect(told).toEqual([
      `no snapshot can be written to ${directory}: it is not there any more; make it again, or mount it. Nothing more is acknowledged to workers until then`,
    ]);
    expect(series(failures)).toEqual(['{reason="absent"} 2']);
    mkdirSync(directory);
    expect(await snapshots.save()).toBe(true);
    expect(told.at(-1)).toBe('snapshots are written again');
    expect(room.onDisk).toBe(5);
    await snapshots.stop(5);
  });

  it.each(['ENOSPC', 'EROFS', 'EACCES', 'EIO'])('counts %s, keeps the last snapshot, and tries again', async (code) => {
    const room = new Room();
    const store = new FailingStore(directory);
    const { snapshots, series } = exporter([room], store);
    await snapshots.start();
    room.set(1);
    await snapshots.save();
    const before = readFileSync(join(directory, 'snapshot.jsonl'));
    store.fails = Object.assign(new Error(code), { code });
    room.set(2);
    expect(await snapshots.save()).toBe(false);
    expect(series(failures)).toEqual([`{reason="${reasons.get(code)}"} 1`]);
    expect(room.onDisk).toBe(1);
    expect(readFileSync(join(directory, 'snapshot.jsonl'))).toEqual(before);
    expect(readdirSync(directory)).not.toContain('snapshot.jsonl.tmp');
    store.fails = null;
    expect(await snapshots.save()).toBe(true);
    expect(room.onDisk).toBe(2);
    await snapshots.stop(5);
  });

  it('keeps what has room, tells once that not all has, and tries again with the rest', async () => {
    let large = 'x'.repeat(2000);
    const leftOut: unknown[] = [];
    const crowd: Section = {
      name: 'crowd',
      version: 1,
      revision: () => 0,
      save: () => [large],
      leftOut: (part) => leftOut.push(part),
      restore: () => null,
    };
    const room = new Room();
    const { snapshots, told, series } = exporter([crowd, room], undefined, 1000);
    await snapshots.start();
    room.set(1);
    expect([await snapshots.save(), await snapshots.save()]).toEqual([true, true]);
    expect(room.onDisk).toBe(1);
    expect(leftOut).toEqual([large, large]);
    expect(told).toEqual([expect.stringContaining('the largest parts are left out')]);
    expect(series('gradwatch_exporter_snapshot_left_out_total')).toEqual(['{section="crowd",reason="no_room"} 2']);
    large = 'x';
    await snapshots.save();
    expect(leftOut).toHaveLength(2);
    await snapshots.stop(5);
  });

  it('starts where the directory cannot be made, and is told why', async () => {
    writeFileSync(directory, 'a file');
    const { snapshots, told, series } = exporter([new Room()]);
    await snapshots.start();
    expect(told[0]).toContain(`no snapshot can be written to ${directory}`);
    expect(series(restored)).toEqual(['{state="unreadable"} 1']);
    await snapshots.stop(5);
  });

  it('leaves out a section of another version and a part that cannot be used, and gives back the rest', async () => {
    class Newer extends Room {
      override readonly name = 'newer';
      override readonly version = 2;
    }
    class Wrong extends Room {
      override readonly name = 'wrong';
      override save(): unknown[] {
        return ['text', 4, null];
      }
    }
    const first = exporter([
      new (class extends Room {
        override readonly name = 'newer';
      })(),
      new Wrong(),
      Object.assign(new Room(), { value: 9 }),
    ]);
    await first.snapshots.start();
    await first.snapshots.stop(5);
    const [newer, wrong, room] = [new Newer(), new Wrong(), new Room()];
    const { snapshots, told, series } = exporter([newer, wrong, room]);
    await snapshots.start();
    expect([newer.value, wrong.value, room.value]).toEqual([0, 4, 9]);
    expect(series(restored)).toEqual(['{state="in_part"} 1']);
    expect(series('gradwatch_exporter_snapshot_left_out_total')).toEqual([
      '{section="newer",reason="other_version"} 1',
      '{section="wrong",reason="not_usable"} 2',
    ]);
    expect(told.slice(0, 2)).toEqual([
      'section newer of the last snapshot has version 1, expected 2: left out',
      '2 of 3 parts of section wrong are left out, the first because it is no number',
    ]);
    await snapshots.stop(5);
  });

  it('counts and tells, once for each limit, what a lower limit has no room for', async () => {
    const crowd = (limits: readonly LimitOfNow[]): Section => ({
      ...{ name: 'crowd', version: 1, revision: () => 0, save: () => ['a', 'b'] },
      restore: (_, overLimit) => {
        for (const limit of limits) overLimit?.(limit);
        return null;
      },
    });
    const first = exporter([crowd([])]);
    await first.snapshots.start();
    await first.snapshots.stop(5);
    const places = { option: 'max_places', limit: 2 };
    const { snapshots, told, series } = exporter([crowd([places, { option: 'max_names', limit: 7 }, places])]);
    await snapshots.start();
    expect(series(restored)).toEqual(['{state="in_part"} 1']);
    expect(series('gradwatch_exporter_snapshot_left_out_total')).toEqual([
      '{section="crowd",reason="max_places"} 4',
      '{section="crowd",reason="max_names"} 2',
    ]);
    expect(told[0]).toBe(
      'not all of section crowd of the last snapshot has room: 4 over crowd.max_places, which is 2 now; 2 over crowd.max_names, which is 7 now',
    );
    await snapshots.stop(5);
  });

  it('begins with nothing where the file is any bytes', async () => {
    mkdirSync(directory);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        writeFileSync(join(directory, 'snapshot.jsonl'), bytes);
        const room = new Room();
        const { snapshots, told, series } = exporter([room]);
        await snapshots.start();
        expect(room.value).toBe(0);
        expect(series(restored)).toEqual(['{state="refused"} 1']);
        expect(told[0]).toMatch(/^the last snapshot is refused, .*: the exporter begins with nothing$/);
        await snapshots.stop(5);
      }),
      { numRuns: 20 },
    );
  });
});

const reasons = new Map([
  ['ENOSPC', 'full'],
  ['EROFS', 'read_only'],
  ['EACCES', 'not_permitted'],
  ['EIO', 'failed'],
]);

/** A directory on a disk that fails when it is told to. */
class FailingStore extends StateDirectory {
  fails: Error | null = null;

  override async draft() {
    const draft = await super.draft();
    const write = draft.write.bind(draft);
    draft.write = (text) => (this.fails === null ? write(text) : Promise.reject(this.fails));
    return draft;
  }
}
