import { isKnown, plainNumber, unfit, wellFormed, type Problem } from './value-kinds.ts';

/** Values by name in one report: exporters take a few dozen by default, none takes so many. */
const maxNames = 1_024;
/** What an exporter takes. */
const maxNameLength = 128;

/**
 * A copy of numbers by name, so that the script may change its object after the call. Undefined means not known; what cannot be sent is left
 * out and told.
 * @param field how the script calls it, for example `extras`
 */
export function copyValues(
  field: string,
  given: unknown,
  leftOut: (problem: Problem) => void,
): Record<string, number> | undefined {
  if (typeof given !== 'object' || given === null || Symbol.iterator in given) {
    leftOut({ field, text: `${field} is no object of numbers by name, { accuracy: 0.9 }: it was not sent` });
    return undefined;
  }
  const entries = Object.entries(given);
  if (entries.length > maxNames) {
    leftOut({ field, text: `${field} has ${entries.length} names: those after the first ${maxNames} were not sent` });
  }
  const copy: Record<string, number> = {};
  for (const [name, raw] of entries.slice(0, maxNames)) {
    const value = plainNumber(raw);
    if (!isKnown(value)) continue;
    const place = `${field}.${name.slice(0, maxNameLength)}`;
    if (typeof value !== 'number') leftOut(unfit(place, value, 'real'));
    else if (name.length > maxNameLength) {
      leftOut({
        field: place,
        text: `${place} has a name of ${name.length} characters, more than ${maxNameLength}: it was not sent`,
      });
    } else copy[wellFormed(name)] = value;
  }
  return copy;
}
