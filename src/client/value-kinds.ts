/** What a value of a report may be. Training scripts are often plain JavaScript, so nothing is believed. */
export type Kind = 'count' | 'real' | 'flag' | 'phase' | 'scope';

/** A value that was left out, for a person. */
export interface Problem {
  readonly field: string;
  readonly text: string;
}

const phases = {
  init: 'PHASE_INIT',
  train: 'PHASE_TRAIN',
  evaluation: 'PHASE_EVALUATION',
  checkpoint: 'PHASE_CHECKPOINT',
  idle: 'PHASE_IDLE',
} as const;
export type Phase = keyof typeof phases;

const scopes = { global: 'NORM_SCOPE_GLOBAL', shard: 'NORM_SCOPE_SHARD' } as const;
export type NormScope = keyof typeof scopes;

/** Kinds whose values are sent by another name. */
export const wireEnums: Readonly<Record<'phase' | 'scope', Readonly<Record<string, string>>>> = {
  phase: phases,
  scope: scopes,
};

const wanted: Readonly<Record<Kind, string>> = {
  count: 'a whole number from 0',
  real: 'a number',
  flag: 'true or false',
  phase: 'init, train, evaluation, checkpoint or idle',
  scope: 'global or shard',
};

export const accepts: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  count: isCount,
  real: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  phase: (value) => Object.hasOwn(phases, String(value)),
  scope: (value) => Object.hasOwn(scopes, String(value)),
};

/** Up to 2^63: moments in nanoseconds are beyond what a double holds exactly, and are rounded to some 200 ns. */
export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 63;
}

/** Undefined and null mean: not known. */
export function isKnown<Value>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== null;
}

/** Moments and counts of bytes may come as BigInt; all else as it is. */
export function plainNumber(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Text that protobuf takes: half of a surrogate pair becomes a question mark. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '?');
}

export function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `of type ${typeof value}`;
}

export function unfit(field: string, value: unknown, kind: Kind, consequence = 'it was not sent'): Problem {
  return { field, text: `${field} is ${describe(value)}, not ${wanted[kind]}: ${consequence}` };
}
