import { quote } from './foreign-text.ts';
import { refuse, type Refusal } from '../refusals.ts';

/** A worker's clock may lead by this much: it is the clock of the same node, or of one that a time service keeps. Seconds. */
const clockLead = 300;
/** 2001-09-09: no training reports that is older, and a clock that was never set shows 1970. Unix seconds. */
const earliest = 1_000_000_000;

/**
 * When something happened, Unix seconds: the time of arrival where none is told, or one that cannot be.
 * @param what the field, for the message
 */
export function timeOf(
  unixNanos: number | undefined,
  arrival: number,
  what: string,
  refused: (refusal: Refusal) => void,
): number {
  if (unixNanos === undefined) return arrival;
  const told = unixNanos / 1e9;
  if (told >= earliest && told <= arrival + clockLead) return told;
  refused(refuse('time_invalid', { what, value: quote(unixNanos) }));
  return arrival;
}
