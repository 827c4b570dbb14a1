import { accepts, isKnown, plainNumber, unfit, type Problem } from './value-kinds.ts';

/**
 * The fields of an object as they are sent, in snake_case. Undefined and null mean not known: absent is not zero. What is of another kind,
 * or has another name, is left out and told.
 * @param place what the object is of, for example `layers`
 */
export function cleanFields<Name extends string>(
  place: string,
  given: object,
  kinds: Readonly<Record<Name, 'count' | 'real'>>,
  leftOut: (problem: Problem) => void,
): Record<string, number> {
  const clean: Record<string, number> = {};
  for (const [name, raw] of Object.entries(Object(given) as Readonly<Record<string, unknown>>)) {
    const value = plainNumber(raw);
    if (!isKnown(value)) continue;
    const field = `${place}.${name}`;
    if (!Object.hasOwn(kinds, name)) {
      leftOut({ field, text: `${place} does not know ${name}, there are ${Object.keys(kinds).join(', ')}` });
    } else if (!accepts[kinds[name as Name]](value)) leftOut(unfit(field, value, kinds[name as Name]));
    else clean[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value as number;
  }
  return clean;
}
