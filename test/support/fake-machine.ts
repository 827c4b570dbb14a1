import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CollectorContext } from '../../src/collect/index.ts';
import { expose, SeriesTable } from '../../src/series/index.ts';

/** A folder with the files of a machine's kernel (`proc/…`, `sys/…`, `root/…`), and what collectors made of them. */
export interface FakeMachine {
  readonly context: CollectorContext;
  /** Writes a file, with the folders that it lies in. */
  readonly put: (file: string, text: string) => void;
  /** The lines of /metrics that are series. */
  readonly series: () => readonly string[];
  readonly remove: () => void;
}

export function fakeMachine(): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), 'gradwatch-machine-'));
  const table = new SeriesTable();
  const silent = () => undefined;
  return {
    context: {
      table,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      now: () => 1_700_000_000,
      procRoot: join(root, 'proc'),
      sysRoot: join(root, 'sys'),
      hostRoot: join(root, 'root'),
    },
    put: (file, text) => {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
    series: () => expose('text', table.snapshot()).match(/^gradwatch.*$/gm) ?? [],
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}
