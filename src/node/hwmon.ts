/**
 * The names of sysfs attributes by which a chip shows temperatures, and what their texts mean.
 * https://docs.kernel.org/hwmon/sysfs-interface.html
 */

/** The attributes of one temperature sensor, by the name of their files; null where the chip does not have one. */
export interface SensorFiles {
  /** As the driver counts it: `temp1`. */
  readonly channel: string;
  readonly input: string;
  readonly label: string | null;
  readonly fault: string | null;
  readonly max: string | null;
  readonly critical: string | null;
}

/** A chip with more than this is none that is built; the rest is left out. */
export const maxSensors = 256;

/** The temperature sensors among the files of a chip, in the order of their numbers. */
export function sensorsAmong(names: readonly string[]): readonly SensorFiles[] {
  const all = new Set(names);
  const known = (name: string) => (all.has(name) ? name : null);
  return names
    .flatMap((name) => /^temp(\d{1,4})_input$/.exec(name)?.[1] ?? [])
    .sort((one, other) => Number(one) - Number(other))
    .slice(0, maxSensors)
    .map((number) => ({
      channel: `temp${number}`,
      input: `temp${number}_input`,
      label: known(`temp${number}_label`),
      fault: known(`temp${number}_fault`),
      max: known(`temp${number}_max`),
      critical: known(`temp${number}_crit`),
    }));
}

/**
 * Colder than any machine room, hotter than any part that works: drivers show the middle of nowhere where a sensor is not connected
 * (-128, 255), and NVMe shows a limit that is not set as 65261.8 degrees.
 */
const possible = { min: -60, max: 200 };

export type Temperature = { readonly celsius: number } | { readonly dropped: 'malformed' | 'implausible' };

/** Reads a temperature in thousandths of a degree. */
export function parseTemperature(text: string): Temperature {
  const trimmed = text.trim();
  if (!/^-?\d{1,12}$/.test(trimmed)) return { dropped: 'malformed' };
  const celsius = Number(trimmed) / 1000;
  return celsius > possible.min && celsius < possible.max ? { celsius } : { dropped: 'implausible' };
}

const maxNameLength = 64;

/** The text of a `name`, `label` or `type` as a label value: one short line. */
export function parseName(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, maxNameLength);
}

/**
 * A name for each sensor of a chip: its label, or where that is empty or not its own (some drivers give one to several) its channel.
 */
export function sensorNames(
  sensors: readonly { readonly channel: string; readonly label: string }[],
): readonly string[] {
  const count = new Map<string, number>();
  for (const { label } of sensors) count.set(label, (count.get(label) ?? 0) + 1);
  const channels = new Set(sensors.map(({ channel }) => channel));
  return sensors.map(({ channel, label }) =>
    label !== '' && count.get(label) === 1 && !channels.has(label) ? label : channel,
  );
}
