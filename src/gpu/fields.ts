import type { ReadingKey } from './metrics.ts';

/** Multiples of the base unit, by the unit that nvidia-smi prints. The empty text is for fields that carry none. */
type Units = ReadonlyMap<string, number>;

const ratio: Units = new Map([['%', 0.01]]);
const bytes: Units = new Map([
  ['B', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
]);
const celsius: Units = new Map([
  ['', 1],
  ['C', 1],
]);
const watts: Units = new Map([
  ['mW', 0.001],
  ['W', 1],
]);
const hertz: Units = new Map([
  ['kHz', 1e3],
  ['MHz', 1e6],
  ['GHz', 1e9],
]);
const plain: Units = new Map([['', 1]]);

/** One thing that we want to know of a GPU, and under which names drivers offer it. */
export interface ReadingField {
  readonly key: ReadingKey;
  /** Names of `--query-gpu`, the preferred one first. A driver offers some of them. */
  readonly candidates: readonly [string, ...string[]];
  readonly units: Units;
  /** What is physically possible, in base units, both included. Wide on purpose: it catches garbage, not hot cards. */
  readonly min: number;
  readonly max: number;
}

const tebibyte = 2 ** 40;

/** Names and meanings: `nvidia-smi --help-query-gpu` of the drivers 390 to 610. */
export const readingFields: readonly ReadingField[] = [
  { key: 'utilization', candidates: ['utilization.gpu'], units: ratio, min: 0, max: 1 },
  { key: 'memoryUtilization', candidates: ['utilization.memory'], units: ratio, min: 0, max: 1 },
  { key: 'memoryTotal', candidates: ['memory.total'], units: bytes, min: 1, max: 16 * tebibyte },
  { key: 'memoryUsed', candidates: ['memory.used'], units: bytes, min: 0, max: 16 * tebibyte },
  { key: 'memoryFree', candidates: ['memory.free'], units: bytes, min: 0, max: 16 * tebibyte },
  { key: 'memoryReserved', candidates: ['memory.reserved'], units: bytes, min: 0, max: 16 * tebibyte },
  { key: 'temperature', candidates: ['temperature.gpu'], units: celsius, min: -60, max: 200 },
  { key: 'memoryTemperature', candidates: ['temperature.memory'], units: celsius, min: -60, max: 200 },
  {
    key: 'power',
    candidates: ['power.draw', 'power.draw.average', 'gpu.power.draw.average', 'power.draw.instant'],
    units: watts,
    min: 0,
    max: 10_000,
  },
  {
    key: 'powerLimit',
    candidates: ['enforced.power.limit', 'gpu.power.current_limit', 'power.limit'],
    units: watts,
    min: 0,
    max: 10_000,
  },
  { key: 'smClock', candidates: ['clocks.current.sm', 'clocks.sm'], units: hertz, min: 0, max: 10e9 },
  {
    key: 'memoryClock',
    candidates: ['clocks.current.memory', 'clocks.current.mem', 'clocks.mem'],
    units: hertz,
    min: 0,
    max: 50e9,
  },
  // The manual page: "may exceed 100 % in certain cases".
  { key: 'fan', candidates: ['fan.speed'], units: ratio, min: 0, max: 3 },
  // P0 to P15 in NVML, nvmlPstates_t.
  { key: 'performanceState', candidates: ['pstate'], units: plain, min: 0, max: 15 },
];

/** What says which GPU a row is about. */
export const identityFields = {
  index: ['index'],
  uuid: ['uuid', 'gpu_uuid'],
  bus: ['pci.bus_id', 'gpu_bus_id'],
  name: ['name', 'gpu_name'],
  driver: ['driver_version'],
  /** GPUs in the system: how many rows a sample has. */
  count: ['count'],
} as const;
export type IdentityKey = keyof typeof identityFields;

export interface Choice {
  /** What to ask for. */
  readonly asked: readonly string[];
  /** Concepts that the driver does not offer under any name, by their preferred name. */
  readonly dropped: readonly string[];
}

/** Takes the first candidate of each concept that the driver offers: a single unknown name would fail the whole query. */
export function chooseFields(offered: ReadonlySet<string>): Choice {
  const asked: string[] = [];
  const dropped: string[] = [];
  for (const candidates of [...Object.values(identityFields), ...readingFields.map((field) => field.candidates)]) {
    const chosen = candidates.find((name) => offered.has(name));
    if (chosen === undefined) dropped.push(candidates[0]);
    else asked.push(chosen);
  }
  return { asked, dropped };
}
