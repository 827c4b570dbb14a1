import { queryFieldLines } from './drivers/580-590.ts';
import type { Gpu, Readings } from './gpu.ts';

/** A field of `--query-gpu`. */
export interface QueryField {
  /** All names that a query may use; the first stands in the header. */
  readonly names: readonly string[];
  readonly unit: string | null;
}

export const queryFields: readonly QueryField[] = queryFieldLines
  .trim()
  .split('\n')
  .map((line) => {
    const [, names = '', unit = null] = /^(\S+)(?: \[(.+)\])?$/.exec(line) ?? [];
    return { names: names.split('|'), unit };
  });

const byName = new Map(queryFields.flatMap((field) => field.names.map((name) => [name, field] as const)));

export function queryField(name: string): QueryField | undefined {
  return byName.get(name);
}

/** What a row is made of. */
export interface Moment {
  readonly gpu: Gpu;
  readonly readings: Readings;
  readonly time: Date;
  readonly driver: string;
  /** GPUs that the driver lists. */
  readonly count: number;
}

const whole = (value: number): string => String(Math.round(value));
const hundredths = (value: number): string => value.toFixed(2);

/** Fields that are computed, without their units, by the name in the header. */
const computed = new Map<string, (moment: Moment) => string>([
  ['timestamp', ({ time }) => time.toISOString().replace('T', ' ').replace('Z', '').replaceAll('-', '/')],
  ['driver_version', ({ driver }) => driver],
  ['count', ({ count }) => String(count)],
  ['name', ({ gpu }) => gpu.model.name],
  ['serial', ({ gpu }) => gpu.serial],
  ['uuid', ({ gpu }) => gpu.uuid],
  ['pci.bus_id', ({ gpu }) => `00000000:${gpu.bus}:00.0`],
  ['pci.domain', () => '0x0000'],
  ['pci.bus', ({ gpu }) => `0x${gpu.bus}`],
  ['pci.device', () => '0x00'],
  ['index', ({ gpu }) => String(gpu.index)],
  ['platform.module_id', ({ gpu }) => String(gpu.index + 1)],
  ['pstate', () => 'P0'],
  ['memory.total', ({ gpu }) => whole(gpu.model.memoryMebibytes)],
  ['memory.reserved', ({ gpu }) => whole(gpu.model.reservedMebibytes)],
  ['memory.used', ({ readings }) => whole(readings.memoryUsedMebibytes)],
  [
    'memory.free',
    ({ gpu: { model }, readings }) =>
      whole(model.memoryMebibytes - model.reservedMebibytes - readings.memoryUsedMebibytes),
  ],
  ['utilization.gpu', ({ readings }) => whole(readings.utilization)],
  ['utilization.memory', ({ readings }) => whole(readings.memoryUtilization)],
  ['temperature.gpu', ({ readings }) => whole(readings.celsius)],
  ['temperature.gpu.tlimit', ({ readings }) => whole(87 - readings.celsius)],
  ['temperature.memory', ({ readings }) => whole(readings.memoryCelsius)],
  ['power.draw', ({ readings }) => hundredths(readings.averageWatts)],
  ['power.draw.average', ({ readings }) => hundredths(readings.averageWatts)],
  ['power.draw.instant', ({ readings }) => hundredths(readings.instantWatts)],
  ...['power.limit', 'enforced.power.limit', 'power.default_limit', 'power.max_limit'].map(
    (name) => [name, ({ gpu }: Moment) => hundredths(gpu.model.limitWatts)] as const,
  ),
  ['clocks.current.graphics', ({ readings }) => whole(readings.graphicsMegahertz)],
  ['clocks.current.sm', ({ readings }) => whole(readings.graphicsMegahertz)],
  ['clocks.current.memory', ({ gpu }) => whole(gpu.model.memoryMegahertz)],
  ['clocks.current.video', ({ readings }) => whole(0.78 * readings.graphicsMegahertz)],
  ['clocks.max.graphics', ({ gpu }) => whole(gpu.model.graphicsMegahertz)],
  ['clocks.max.sm', ({ gpu }) => whole(gpu.model.graphicsMegahertz)],
  ['clocks.max.memory', ({ gpu }) => whole(gpu.model.memoryMegahertz)],
]);

/** The text of one cell. `[N/A]` where the model does not have the field. */
export function cell(field: QueryField, moment: Moment, units: boolean): string {
  const name = field.names[0] ?? '';
  const value = computed.get(name)?.(moment) ?? moment.gpu.model.constants.get(name) ?? '[N/A]';
  return units && field.unit !== null && /^[-\d.]+$/.test(value) ? `${value} ${field.unit}` : value;
}

/** What the driver library knows without asking the card. */
export function outlivesCard(field: QueryField): boolean {
  return /^(timestamp|driver_version|count|name|serial|uuid|index|vbios_version|pci\.|inforom\.)/.test(
    field.names[0] ?? '',
  );
}

/** What the driver library knows without knowing which card. */
export function outlivesIdentity(field: QueryField): boolean {
  return /^(timestamp|driver_version|count)$/.test(field.names[0] ?? '');
}

/** What `--help-query-gpu` prints: names in quotes, then a sentence, in which quotes appear too. */
export function helpText(): string {
  const about = (name: string): string =>
    name === 'compute_mode'
      ? 'The compute mode.\n"0: Default" means that several contexts may use the GPU.\n"2: Prohibited" means that none may.'
      : `What the driver reports as ${name}. May be "N/A".`;
  return (
    'List of valid properties to query for the switch "--query-gpu":\n\n' +
    queryFields
      .map(({ names }) => `${names.map((name) => `"${name}"`).join(' or ')}\n${about(names[0] ?? '')}\n`)
      .join('\n')
  );
}
