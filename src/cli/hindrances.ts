import { mistakesInNamed } from '../named-files.ts';
import { mistakesInPlaces } from '../named-places.ts';
import { plainLine } from '../plain-line.ts';
import { exitCodes } from './command.ts';
import type { Configured, Misconfigured } from './configuration.ts';

type Read = Misconfigured | Extract<Configured, { configuration: unknown }>;

/** Mistakes in a configuration, and in the files that it names: what keeps it from being taken. One line for each. */
export function mistakesIn(configured: Read): readonly string[] {
  if (!('errors' in configured)) return mistakesInNamed(configured.configuration);
  const { errors, rest } = configured;
  return [...errors, ...(rest === null ? [] : mistakesInNamed(rest))];
}

/**
 * Tells all that hinders the exporter from starting, at once: mistakes, and places that it cannot have.
 * @returns the exit code; null where nothing does
 */
export async function tellHindrances(configured: Read): Promise<number | null> {
  const mistakes = mistakesIn(configured);
  const { rest, mistaken } =
    'errors' in configured ? configured : { rest: configured.configuration, mistaken: undefined };
  const places = rest === null ? [] : await mistakesInPlaces(rest, mistaken);
  tell([...mistakes, ...places]);
  if (mistakes.length > 0) return exitCodes.usage;
  return places.length > 0 ? exitCodes.failed : null;
}

/** Each line of each on standard error. */
export function tell(mistakes: readonly string[]): void {
  const lines = mistakes.flatMap((mistake) => mistake.split('\n'));
  process.stderr.write(lines.map((line) => `gradwatch: ${plainLine(line)}\n`).join(''));
}
