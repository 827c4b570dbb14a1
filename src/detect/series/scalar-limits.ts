import { namePattern } from '../scalar.ts';

/** A fixed limit of the series whose names it means. */
export interface ScalarLimit {
  readonly means: (name: string) => boolean;
  readonly side: '>' | '<';
  readonly value: number;
}

/** By the options that they stand in, so that a text is read once. */
const read = new WeakMap<object, readonly ScalarLimit[]>();

/** The limits of options, `NAME>VALUE,NAME<VALUE`. What is no limit is left out. */
export function limitsOf(options: { readonly limits: string }): readonly ScalarLimit[] {
  let limits = read.get(options);
  if (limits === undefined) {
    limits = options.limits.split(',').flatMap(parse);
    read.set(options, limits);
  }
  return limits;
}

function parse(part: string): ScalarLimit[] {
  const [, name, side, value] = /^([^<>]*[^<>\s])\s*([<>])\s*(\S+)\s*$/.exec(part) ?? [];
  if (name === undefined || (side !== '>' && side !== '<') || Number.isNaN(Number(value))) return [];
  return [{ means: namePattern(name), side, value: Number(value) }];
}

/** The limit that a value is beyond, null where there is none. */
export function limitCrossed(limits: readonly ScalarLimit[], name: string, value: number): number | null {
  const crossed = limits.find(
    (limit) => limit.means(name) && (limit.side === '>' ? value > limit.value : value < limit.value),
  );
  return crossed?.value ?? null;
}
