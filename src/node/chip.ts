import { readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseName, parseTemperature, sensorNames, sensorsAmong, type Temperature } from './hwmon.ts';

/** Text of a sysfs attribute. Rejects with the code of a system error. */
export type ReadAttribute = (path: string) => Promise<string>;

/** A temperature that one sensor shows, or why there is none. */
export interface SensorReading {
  readonly sensor: string;
  readonly temperature: Temperature | { readonly dropped: 'unreadable' | 'fault' };
  readonly max: number | null;
  readonly critical: number | null;
}

export interface ChipReading {
  /** What the driver calls it: `coretemp`, `nvme`. */
  readonly chip: string;
  /** The device that it sits on: `coretemp.0`, `nvme0`, `0000:00:18.3`. */
  readonly device: string;
  readonly sensors: readonly SensorReading[];
}

/** A folder of temperature sensors. Its name, labels and limits are read once: some drivers ask the device for each of them. */
export interface Chip {
  /** Tells it from another that took its folder's name. */
  readonly key: string;
  readonly read: (read: ReadAttribute) => Promise<ChipReading>;
}

/** A machine has a few dozen; the rest is left out. */
const maxChips = 256;

/** The chips of `/sys/class/hwmon` with a temperature sensor; where there are none, the zones of `/sys/class/thermal`. */
export function findChips(sysRoot: string): readonly Chip[] {
  const chips = (kind: 'hwmon' | 'thermal', prefix: string, make: typeof hwmonChip) =>
    list(join(sysRoot, 'class', kind))
      .filter((name) => name.startsWith(prefix))
      .slice(0, maxChips)
      .flatMap((name) => make(join(sysRoot, 'class', kind, name)) ?? []);
  const hwmon = chips('hwmon', 'hwmon', hwmonChip);
  return hwmon.length > 0 ? hwmon : chips('thermal', 'thermal_zone', thermalZone);
}

/** What a chip is and how its sensors are read: found out at the first reading. */
interface Description {
  readonly chip: string;
  readonly device: string;
  readonly sensors: readonly (Omit<SensorReading, 'temperature'> & {
    readonly input: string;
    readonly fault: string | null;
  })[];
}

function hwmonChip(folder: string): Chip | null {
  const files = sensorsAmong(list(folder));
  if (files.length === 0) return null;
  const device = deviceOf(folder);
  return chip([folder, device, ...files.map(({ input }) => input)].join(' '), async (read) => {
    const labels: string[] = [];
    for (const { label } of files) labels.push(parseName(await textOf(read, folder, label)));
    const names = sensorNames(files.map(({ channel }, at) => ({ channel, label: labels[at] ?? '' })));
    const sensors: Description['sensors'][number][] = [];
    for (const [at, { channel, input, fault, max, critical }] of files.entries()) {
      sensors.push({
        sensor: names[at] ?? channel,
        input: join(folder, input),
        fault: fault === null ? null : join(folder, fault),
        max: limit(await textOf(read, folder, max)),
        critical: limit(await textOf(read, folder, critical)),
      });
    }
    return { chip: parseName(await textOf(read, folder, 'name')), device, sensors };
  });
}

/** https://docs.kernel.org/driver-api/thermal/sysfs-api.html */
function thermalZone(folder: string): Chip | null {
  const names = list(folder);
  if (!names.includes('temp')) return null;
  const trips = names.filter((name) => /^trip_point_\d{1,3}_type$/.test(name));
  return chip([folder, ...trips].join(' '), async (read) => {
    let critical: number | null = null;
    for (const trip of trips) {
      if ((await textOf(read, folder, trip)).trim() !== 'critical') continue;
      critical = limit(await textOf(read, folder, trip.replace(/type$/, 'temp')));
    }
    return {
      chip: parseName(await textOf(read, folder, 'type')),
      device: basename(folder),
      sensors: [{ sensor: 'temp', input: join(folder, 'temp'), fault: null, max: null, critical }],
    };
  });
}

function chip(key: string, describe: (read: ReadAttribute) => Promise<Description>): Chip {
  let known: Description | null = null;
  return {
    key,
    read: async (read) => {
      known ??= await describe(read);
      const sensors: SensorReading[] = [];
      for (const { sensor, input, fault, max, critical } of known.sensors) {
        sensors.push({ sensor, max, critical, temperature: await temperatureOf(read, input, fault) });
      }
      return { chip: known.chip, device: known.device, sensors };
    },
  };
}

async function temperatureOf(
  read: ReadAttribute,
  input: string,
  fault: string | null,
): Promise<SensorReading['temperature']> {
  try {
    if (fault !== null && (await read(fault)).trim() === '1') return { dropped: 'fault' };
    return parseTemperature(await read(input));
  } catch {
    return { dropped: 'unreadable' };
  }
}

/** The text of an attribute that need not be there; empty where it is not, or cannot be read. */
async function textOf(read: ReadAttribute, folder: string, name: string | null): Promise<string> {
  if (name === null) return '';
  return read(join(folder, name)).catch(() => '');
}

function limit(text: string): number | null {
  const read = parseTemperature(text);
  return 'celsius' in read ? read.celsius : null;
}

function deviceOf(folder: string): string {
  try {
    return parseName(basename(readlinkSync(join(folder, 'device'))));
  } catch {
    return basename(folder);
  }
}

/** Names in a folder, which the kernel tells without asking a driver; none where it is not there. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
