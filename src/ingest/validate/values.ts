import type { Values } from '../../runs/index.ts';
import { hasAtMost, isFit, quote } from './foreign-text.ts';
import { refuse, type Refusal } from '../refusals.ts';

/** In characters. */
export const maxNameLength = 128;

/**
 * A name of a thing that a worker reports: null where it cannot be one, which is told to `refused`.
 * @param what the thing, for the message: "a layer"
 */
export function nameOf(name: string | undefined, what: string, refused: (refusal: Refusal) => void): string | null {
  if (name !== undefined && name !== '' && hasAtMost(name, maxNameLength) && isFit(name)) return name;
  refused(refuse('name_invalid', { what, name: name === undefined ? 'absent' : quote(name), limit: maxNameLength }));
  return null;
}

/** Numbers by name. What has no fit name is left out. */
export function valuesOf(
  values: Readonly<Record<string, number>> | undefined,
  what: string,
  refused: (refusal: Refusal) => void,
): Values {
  if (values === undefined) return {};
  return Object.fromEntries(Object.entries(values).filter(([name]) => nameOf(name, what, refused) !== null));
}
