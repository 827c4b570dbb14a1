import { namePattern } from '../scalar.ts';

/** A fixed limit of the series whose names it means. */
export interface ScalarLimit {
  readonly means: (name: string) => boolean;
  readonly isBeyond: (value: number) => boolean;
  readonly value: number;
}

const beyond: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
};

/** By the texts that they are read from, so that each is read once. */
const read = new WeakMap<readonly string[], readonly ScalarLimit[]>();

/** The limits of texts that {@link isLimit} accepts. */
export function limitsOf(texts: readonly string[]): readonly ScalarLimit[] {
  let limits = read.get(texts);
  if (limits === undefined) {
    limits = texts.map(parse).filter((limit) => limit !== null);
    read.set(texts, limits);
  }
  return limits;
}

/** Whether a text is `NAME>VALUE`, or the same with another comparison. */
export function isLimit(text: string): boolean {
  return parse(text) !== null;
}

function parse(text: string): ScalarLimit | null {
  const [, name, comparison = '', number] = /^([^<>]*[^<>\s])\s*([<>]=?)\s*([^\s=]\S*)$/.exec(text.trim()) ?? [];
  const [value, isBeyond] = [Number(number), beyond[comparison]];
  if (name === undefined || isBeyond === undefined || !Number.isFinite(value)) return null;
  return { means: namePattern(name), isBeyond: (told) => isBeyond(told, value), value };
}

/** The limit that a value is beyond, null where there is none. */
export function limitCrossed(limits: readonly ScalarLimit[], name: string, value: number): number | null {
  return limits.find((limit) => limit.means(name) && limit.isBeyond(value))?.value ?? null;
}
