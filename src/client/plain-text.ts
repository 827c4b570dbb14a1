import { wellFormed } from './value-kinds.ts';

/** What a person reads of what a script threw or gave: it can be anything, and not everything can be made a text. */
export function plainText(value: unknown): string {
  try {
    return wellFormed(String(value));
  } catch {
    return `something of type ${typeof value}`;
  }
}
