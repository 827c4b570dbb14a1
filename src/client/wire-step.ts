import type { Step } from '../protocol/index.ts';

/** A step as it is sent. */
export type WireStep = { -readonly [Name in keyof Step]: Step[Name] } & { step: number; unix_nanos: number };

/**
 * What a step takes on the wire at most, with its tag and length, without what has names of its own: 24 doubles of at most 10 bytes, 14
 * varints of at most 12, and a flag of 2. https://protobuf.dev/programming-guides/encoding/
 */
export const maxStepBytes = 414;
/** What a value by name takes beside its name of at most 3 bytes a character: tags and lengths, and a double. */
const maxNamedBytes = 24;

/** What a step takes on the wire at most. */
export function stepBytes({ extras, auxiliary_losses: losses }: WireStep): number {
  let bytes = maxStepBytes;
  for (const values of [extras, losses]) {
    if (values === undefined) continue;
    for (const name of Object.keys(values)) bytes += maxNamedBytes + 3 * name.length;
  }
  return bytes;
}
