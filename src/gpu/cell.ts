import type { Scale } from './field.ts';
import type { GpuState } from './metrics.ts';

/**
 * The words that nvidia-smi prints instead of a value when something is wrong with the card, from worst to least. They are NVML's
 * error texts (nvmlErrorString), in brackets in CSV. Everything else that is no number means that there is no such value.
 */
const faults: readonly (readonly [words: RegExp, state: GpuState])[] = [
  [/gpu is lost|fallen off the bus/i, 'lost'],
  [/requires reset|reset required/i, 'requires_reset'],
  [/unknown error|^err!$/i, 'unknown_error'],
  [/insufficient permissions|no permission/i, 'not_permitted'],
  [/not in ready state|uninitialized|initializing/i, 'initializing'],
];

const ranks: ReadonlyMap<GpuState, number> = new Map([
  ...faults.map(([, state], at) => [state, at] as const),
  ['ok', faults.length] as const,
]);

/** The state that a text tells of, null when it tells of none. */
export function faultIn(text: string): GpuState | null {
  return faults.find(([words]) => words.test(text))?.[1] ?? null;
}

export function worse(one: GpuState, other: GpuState): GpuState {
  return (ranks.get(one) ?? 0) <= (ranks.get(other) ?? 0) ? one : other;
}

/** Why a figure is dropped. */
export type DropReason =
  /** It is beyond what is physically possible, or more than the whole of which it is a part. */
  | 'impossible'
  /** Its unit is none in which nvidia-smi tells this field. */
  | 'unknown_unit'
  /** It is written as no figure is: `94,5`, `1.2.3`, `nan`, or with a fraction where none has one, `19.818 MiB`. */
  | 'malformed';

/** A figure that was dropped. */
export interface Dropped {
  /** Of nvidia-smi: a name of `--query-gpu`, or a path below `<gpu>`. */
  readonly field: string;
  readonly reason: DropReason;
}

/** What a cell says: a value in base units, a figure that is dropped, or none at all. */
export type Value = number | DropReason | null;

/** Reads a cell such as `81559 MiB`, `41` or `P0`. The unit is the cell's, else the header's. */
export function readValue(text: string, headerUnit: string, field: Scale): Value {
  if (field.words !== null) return readWord(text, field.words, field.otherwise);
  const [, figure, exponent = '0', unit] =
    /^P?([+-]?\d+(?:\.\d+)?)(?:[eE]([+-]?\d{1,3}))?\s*([^\d\s]*)$/.exec(text) ?? [];
  if (figure === undefined) return meansFigure.test(text) ? 'malformed' : null;
  const multiple = field.units.get(unit === undefined || unit === '' ? headerUnit : unit);
  if (multiple === undefined) return 'unknown_unit';
  if (field.whole && figure.includes('.') && multiple.ten <= 6 && multiple.two <= 20) return 'malformed';
  const value = Number(`${figure}e${Number(exponent) + multiple.ten}`) * 2 ** multiple.two;
  return value >= field.min && value <= field.max ? value : 'impossible';
}

/** What begins so is no word in the place of a value. */
const meansFigure = /^P?[+-]?(?:[.,]?\d|nan\b|inf\b)/i;

function readWord(text: string, words: ReadonlyMap<string, number>, otherwise: number | null): number | null {
  if (isAbsent(text)) return null;
  const known = words.get(text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'));
  if (known !== undefined) return known;
  // What is said of the whole card in each place says nothing of this one.
  const fault = faultIn(text);
  return fault === 'lost' || fault === 'requires_reset' ? null : otherwise;
}

/** `[N/A]`, `N/A`, `[Not Supported]` and the like. */
export function isAbsent(text: string): boolean {
  return /^(\[.*\]|N\/A|)$/.test(text);
}
