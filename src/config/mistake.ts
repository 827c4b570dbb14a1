import { plainLine } from '../plain-line.ts';

/** One mistake, told so that it can be mended without looking anything up. */
export interface Mistake {
  /** The file and the key path, the name of the variable or of the flag: what the reader has to look for. */
  readonly where: string;
  readonly value: unknown;
  readonly expected: string;
}

/** So many are told. */
const most = 100;

/** The first of many mistakes, and how many more there are. */
export function bounded(where: string, mistakes: readonly Mistake[]): readonly Mistake[] {
  const more = mistakes.length - most;
  if (more <= 0) return mistakes;
  return [...mistakes.slice(0, most), { where, value: `${more} mistakes more`, expected: 'none' }];
}

/** One line for each mistake. */
export function explain({ where, value, expected }: Mistake): string {
  const shown = show(value);
  return plainLine(
    `${where}: found ${shown.length > longest ? `${shown.slice(0, longest)}…` : shown}, expected ${expected}`,
  );
}

/** Characters of a value that are shown. */
const longest = 80;

function show(value: unknown): string {
  if (typeof value === 'string') {
    const text = value.slice(0, longest + 1);
    // Text that one would not see is put in quotes.
    return text !== '' && text.trim() === text && !/\p{Cc}/u.test(text) ? text : JSON.stringify(text);
  }
  return JSON.stringify(value);
}
