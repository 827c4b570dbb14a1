import { basename, dirname, relative, sep } from 'node:path';
import type { Writer } from '../../scalars/index.ts';

/** Whose file it is, as its path tells. */
export interface Place {
  readonly run: string;
  readonly rank: number;
  readonly writer: Writer;
}

/** Folders that only tell who wrote: Keras and estimators give training and validation data a writer each. */
const writers: ReadonlyMap<string, Writer> = new Map([
  ['train', 'training'],
  ['training', 'training'],
  ['validation', 'validation'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['eval', 'validation'],
  ['test', 'validation'],
]);

/**
 * The run of a file is the folder that it is in, told from the log directory, without the folder of its writer and without what tells its
 * rank; of a file in the log directory itself it is the name of that.
 */
export function placeOf(directory: string, path: string, rankPattern: RegExp | null): Place {
  let folder = relative(directory, dirname(path)).split(sep).join('/');
  let rank = 0;
  const match = rankPattern?.exec(folder);
  if (match?.[1] !== undefined && Number.isSafeInteger(Number(match[1]))) {
    rank = Number(match[1]);
    folder = folder.slice(0, match.index) + folder.slice(match.index + match[0].length);
  }
  const names = folder.split('/').filter((name) => name !== '');
  const writer = writers.get((names.at(-1) ?? '').toLowerCase());
  if (writer !== undefined) names.pop();
  return { run: names.length > 0 ? names.join('/') : basename(directory), rank, writer: writer ?? 'training' };
}

/** What {@link placeOf} finds a rank by; null for `none`. @throws Error when it is no expression, or has no group */
export function rankPattern(text: string): RegExp | null {
  if (text === 'none') return null;
  const expected = `event_files.rank_pattern: found ${text}, expected a regular expression with one group that matches the rank`;
  let pattern: RegExp;
  try {
    pattern = new RegExp(text);
  } catch (error) {
    throw new Error(expected, { cause: error });
  }
  const groups = new RegExp(`${text}|`).exec('')?.length ?? 0;
  if (groups !== 2) throw new Error(expected);
  return pattern;
}
