import type { FamilyKey, StatesKey, TextKey } from './metrics.ts';

/**
 * A unit as a multiple of the base unit. A power of ten is written to the figure before it is read, so that `94 %` becomes the number
 * nearest to 0.94, which 94 · 0.01 is not; a power of two is exact anyway.
 */
export interface Multiple {
  readonly ten: number;
  readonly two: number;
}

const ten = (exponent: number): Multiple => ({ ten: exponent, two: 0 });
const two = (exponent: number): Multiple => ({ ten: 0, two: exponent });
const one = ten(0);

/** By the unit that nvidia-smi prints. The empty text is for fields that carry none. */
type Units = ReadonlyMap<string, Multiple>;

const units = {
  ratio: new Map([['%', ten(-2)]]),
  bytes: new Map([
    ...['B', 'Bytes'].map((unit) => [unit, one] as const),
    ...['KiB', 'MiB', 'GiB', 'TiB'].map((unit, at) => [unit, two(10 * (at + 1))] as const),
    ...['kB', 'MB', 'GB', 'TB'].map((unit, at) => [unit, ten(3 * (at + 1))] as const),
    ['KB', ten(3)],
  ]),
  celsius: new Map([
    ['', one],
    ['C', one],
  ]),
  watts: new Map([
    ['mW', ten(-3)],
    ['W', one],
    ['kW', ten(3)],
  ]),
  hertz: new Map([
    ['Hz', one],
    ['kHz', ten(3)],
    ['KHz', ten(3)],
    ['MHz', ten(6)],
    ['GHz', ten(9)],
  ]),
  /** Microseconds unless the driver says otherwise. */
  seconds: new Map([
    ['', ten(-6)],
    ['ns', ten(-9)],
    ['us', ten(-6)],
    ['ms', ten(-3)],
    ['s', one],
  ]),
  plain: new Map([['', one]]),
  /** `-q -x` writes `16x`. */
  lanes: new Map([
    ['', one],
    ['x', one],
  ]),
  banks: new Map([
    ['', one],
    ['bank(s)', one],
  ]),
  /** NVML counts in thousands, nvmlDeviceGetPcieThroughput. */
  bytesPerSecond: new Map([
    ['B/s', one],
    ...['KiB/s', 'MiB/s', 'GiB/s'].map((unit, at) => [unit, two(10 * (at + 1))] as const),
    ...['KB/s', 'MB/s', 'GB/s'].map((unit, at) => [unit, ten(3 * (at + 1))] as const),
  ]),
  volts: new Map([
    ['uV', ten(-6)],
    ['mV', ten(-3)],
    ['V', one],
  ]),
} as const satisfies Record<string, Units>;

/** How a text becomes a value. */
export interface Scale {
  readonly units: Units;
  /** What is physically possible, in base units, both included. Wide on purpose: it catches garbage, not hot cards. */
  readonly min: number;
  readonly max: number;
  /** nvidia-smi prints it without a fraction in units up to MiB: a point would be one between thousands, `19.818 MiB`. */
  readonly whole: boolean;
  /** Where it is a word: the value that it stands for, in lower case with `_` between its parts. */
  readonly words: ReadonlyMap<string, number> | null;
  /** The value of a word that is not among `words`; null: none. */
  readonly otherwise: number | null;
}

/** One thing that we want to know of a GPU, and under which names drivers offer it. */
export interface ReadingField extends Scale {
  readonly family: FamilyKey;
  /** Values of the labels that the family has beyond `uuid` and `gpu`, in their order. */
  readonly labels: readonly string[];
  /** The family's key, with the labels where it has some. */
  readonly id: string;
  /** Names of `--query-gpu`, the preferred one first. A driver offers some of them. Empty: it has none for this. */
  readonly candidates: Candidates;
}

export type Candidates = readonly string[];

/** The name of a line in the table: a family, and its labels where it has some. */
type Name = FamilyKey | readonly [FamilyKey, ...string[]];

function numbers(unit: Units, min: number, max: number): Scale {
  return { units: unit, min, max, whole: false, words: null, otherwise: null };
}

function scaled(name: Name, candidates: Candidates, scale: Scale): ReadingField {
  const [family, ...labels] = typeof name === 'string' ? [name] : name;
  return { family, labels, id: [family, ...labels].join('/'), candidates, ...scale };
}

function numeric(name: Name, candidates: Candidates, unit: Units, min: number, max: number): ReadingField {
  return scaled(name, candidates, numbers(unit, min, max));
}

/** Up to 16 TiB. */
export const memoryScale: Scale = { ...numbers(units.bytes, 0, 2 ** 44), whole: true };
export const countScale: Scale = { ...numbers(units.plain, 0, 2 ** 53), whole: true };

/** A share. Some may exceed 100 %. */
export const share = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.ratio, 0, 1);
export const shareUpTo = (max: number, name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.ratio, 0, max);
export const memory = (name: Name, ...candidates: Candidates): ReadingField => scaled(name, candidates, memoryScale);
export const temperature = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.celsius, -60, 200);
export const power = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.watts, 0, 10_000);
export const clock = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.hertz, 0, 50e9);
/** Up to some thousand years: the driver's counters have 64 bits. */
export const time = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.seconds, 0, 1e11);
export const count = (name: Name, ...candidates: Candidates): ReadingField => scaled(name, candidates, countScale);
export const countUpTo = (max: number, name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.plain, 0, max);

/** Lanes of a PCIe link. */
export const lanes = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.lanes, 0, 64);
export const banks = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.banks, 0, 1e6);
/** Twice what PCIe 7 moves over 16 lanes. */
export const throughput = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.bytesPerSecond, 0, 1e12);
export const voltage = (name: Name, ...candidates: Candidates): ReadingField =>
  numeric(name, candidates, units.volts, 0, 20);

const yes = ['active', 'yes', 'enabled', 'true', 'supported'].map((word) => [word, 1] as const);
const no = ['not_active', 'no', 'disabled', 'false', 'not_supported'].map((word) => [word, 0] as const);
const flagWords: ReadonlyMap<string, number> = new Map([...yes, ...no]);

/** 1 for yes, 0 for no, in the words that the driver has for them. */
export const flag = (name: Name, ...candidates: Candidates): ReadingField => ({
  ...numeric(name, candidates, new Map(), 0, 1),
  words: flagWords,
});

/** 0 for the one word that says that all is well, 1 for every other. */
export const unless = (word: string, name: Name, ...candidates: Candidates): ReadingField => ({
  ...numeric(name, candidates, new Map(), 0, 1),
  words: new Map([[word, 0]]),
  otherwise: 1,
});

/**
 * A word that names a state of a `states` family; the value is its place among them. What is not among them is `other`, so that a
 * state which a later driver brings is seen.
 * @param aliases state by other words that mean it
 */
export const word = (
  name: StatesKey,
  names: readonly string[],
  aliases: Readonly<Record<string, string>>,
  ...candidates: Candidates
): ReadingField => ({
  ...numeric(name, candidates, new Map(), 0, names.length),
  words: new Map([
    ...names.map((state, at) => [state, at] as const),
    ...Object.entries(aliases).map(([alias, state]) => [alias, names.indexOf(state)] as const),
  ]),
  otherwise: names.indexOf('other'),
});

/** A text that becomes the label of an info metric. */
export interface TextField {
  readonly key: TextKey;
  readonly candidates: Candidates;
}

export const text = (key: TextKey, ...candidates: Candidates): TextField => ({ key, candidates });
