import { dirname, resolve, sep } from 'node:path';
import { isEventFile } from './event-file.ts';

/**
 * The names of recorded runs: of each that of its file, without folder and endings, of an event file that of its folder. Where several would
 * have the same, as many folders above it are part of the name as tell it apart; in one folder, the endings do.
 */
export function runNames(paths: readonly string[]): readonly string[] {
  const files = paths.map((path) => resolve(path));
  const distinct = [...new Set(files)];
  const runsAt = counted(distinct.map(placeOf));
  const places = distinct.map((file) => (runsAt.get(placeOf(file)) === 1 ? placeOf(file) : file));
  const names = new Map<string, string>();
  for (let folders = 0; names.size < distinct.length; folders += 1) {
    const tails = places.map((place) => tailOf(place, folders));
    const times = counted(tails);
    for (const [at, file] of distinct.entries()) {
      const tail = tails[at] ?? '';
      if (!names.has(file) && times.get(tail) === 1) names.set(file, tail);
    }
  }
  return files.map((file) => names.get(file) ?? '');
}

/** Where a run is: its file without endings, or the folder of its event file. */
function placeOf(file: string): string {
  return isEventFile(file) ? dirname(file) : file.replace(/(\.(csv|jsonl|ndjson|json|gz))+$/i, '');
}

/** The last part of a path, with so many folders above it. */
function tailOf(path: string, folders: number): string {
  return path
    .split(sep)
    .slice(-1 - folders)
    .join('/');
}

function counted(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
