import type { Request } from 'express';
import { ApiError } from './api-error.ts';

/** How one parameter is read: undefined where its text is not what is expected. */
export interface Parameter<Value> {
  readonly read: (text: string) => Value | undefined;
  readonly expected: string;
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Query<Known extends Parameters> = {
  readonly [Name in keyof Known]?: NonNullable<ReturnType<Known[Name]['read']>>;
};

/**
 * The parameters of a request.
 * @throws ApiError for one that is unknown, given twice or malformed: a filter that is not understood must not seem to work.
 */
export function readQuery<const Known extends Parameters>(request: Request, known: Known): Query<Known> {
  refuseMalformed(request.originalUrl);
  const read = new Map<string, unknown>();
  for (const [name, text] of Object.entries(request.query)) {
    if (!Object.hasOwn(known, name)) {
      throw new ApiError(
        400,
        'unknown_parameter',
        `no parameter ${JSON.stringify(name)}; there are ${Object.keys(known).join(', ') || 'none here'}`,
      );
    }
    if (typeof text !== 'string') {
      throw new ApiError(400, 'invalid_parameter', `${name} is given more than once, expected one value`);
    }
    const value = known[name]?.read(text);
    if (value === undefined) {
      const shown = JSON.stringify(text.slice(0, 100));
      throw new ApiError(400, 'invalid_parameter', `${name} is ${shown}, expected ${known[name]?.expected}`);
    }
    read.set(name, value);
  }
  return Object.fromEntries(read) as Query<Known>;
}

/** The framework would take an escape that is none as text. */
function refuseMalformed(url: string): void {
  try {
    decodeURIComponent(url.replace(/^[^?]*/, ''));
  } catch {
    throw new ApiError(400, 'invalid_parameter', 'the query has a % escape of no character; a % itself is %25');
  }
}

export const anyText: Parameter<string> = { read: (text) => text, expected: 'text' };

export function oneOf<const Name extends string>(names: readonly Name[]): Parameter<Name> {
  const last = names.at(-1) ?? '';
  return {
    read: (text) => names.find((name) => name === text),
    expected: names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`,
  };
}

export function wholeNumber(least: number, most: number): Parameter<number> {
  return {
    read: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
      return value >= least && value <= most ? value : undefined;
    },
    expected:
      most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`,
  };
}

/** A moment, into Unix seconds. */
export const moment: Parameter<number> = {
  read: (text) => {
    if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text);
    const [, day] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
    const time = day === undefined || !isDay(day) ? NaN : Date.parse(text);
    return Number.isNaN(time) ? undefined : time / 1000;
  },
  expected: 'Unix seconds or a time as 2030-01-31T12:00:00Z',
};

/** Whether a month has that day: 30 February would be taken for one of March. */
function isDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}
