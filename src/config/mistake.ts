/** One mistake, told so that it can be mended without looking anything up. */
export interface Mistake {
  /** The file and the key path, the name of the variable or of the flag: what the reader has to look for. */
  readonly where: string;
  readonly value: unknown;
  readonly expected: string;
}

/** One line for each mistake. */
export function explain({ where, value, expected }: Mistake): string {
  // Text that one would not see is put in quotes.
  const shown = typeof value === 'string' && value !== '' && value.trim() === value ? value : JSON.stringify(value);
  return `${where}: found ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}, expected ${expected}`;
}
