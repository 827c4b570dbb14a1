import { refuse, type Refusal } from '../refusals.ts';

/**
 * What a value of an enum stands for; null for one that is not told, or that only a later version of the protocol knows, which is told to
 * `refused`.
 */
export function enumOf<Meaning>(
  meanings: Readonly<Record<string, Meaning>>,
  value: string | number | undefined,
  field: string,
  refused: (refusal: Refusal) => void,
): Meaning | null {
  const meaning = meanings[String(value)];
  if (meaning !== undefined) return meaning;
  refused(refuse('enum_unknown', { field }));
  return null;
}
