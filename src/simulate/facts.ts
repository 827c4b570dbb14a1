import { driverIn } from './drivers/driver-range.ts';
import { eccFacts } from './ecc-facts.ts';
import { cardErrors, isCardFault, type Fault, type ThrottleReason } from './faults.ts';
import { busId, type Gpu } from './machine.ts';
import type { Facts, Moment } from './moment.ts';
import { chance, hexadecimal } from './random.ts';
import { readings, type Readings } from './readings.ts';
import { troubledFacts, troubledReadings } from './trouble-effects.ts';

const whole = (value: number): string => String(Math.round(value));
const hundredths = (value: number): string => value.toFixed(2);

export function factsOf(gpu: Gpu, moment: Moment): Facts {
  const time = moment.time.getTime() / 1000;
  const reasons = throttling(gpu, moment.faults);
  const reading = troubledReadings(gpu, moment.faults, readings(gpu, time, reasons.size > 0 ? 0.6 : 1));
  const facts = new Map([
    ...identity(gpu, moment),
    ...standing(gpu),
    ...measured(gpu, reading),
    ...temperatures(gpu, reading),
    ...clockEvents(reasons, Math.max(0, time - moment.since)),
    ...eccFacts(gpu, moment),
    ...gpu.model.facts,
    ...troubledFacts(gpu, moment),
  ]);
  for (const name of facts.keys())
    if (gpu.model.lacks?.test(name) === true && !gpu.model.facts.has(name)) facts.delete(name);
  for (const fault of moment.faults)
    if (fault.kind === 'says' && fault.gpu === gpu.index) facts.set(fault.field, fault.text);
  const broken = moment.faults.filter(isCardFault).find((fault) => fault.gpu === gpu.index);
  if (broken === undefined) return facts;
  const spared = broken.nameless === true ? driverKnows : driverRemembers;
  return new Map(
    [...facts].map(([name, value]) => [name, spared.test(name) ? value : cardErrors[broken.kind]] as const),
  );
}

/** What the driver library knows without knowing which card. */
const driverKnows = /^(timestamp|driver_version|kmd_version|count|cuda_version)$/;
/** What it knows without asking the card. */
const driverRemembers =
  /^(timestamp|driver_version|kmd_version|count|cuda_version|name|brand|architecture|serial|uuid|index|minor_number|vbios_version|board_|gpu_part|pci\.|inforom\.)/;

function identity(gpu: Gpu, { time, count }: Moment): [string, string][] {
  const { model, driver, index, bus } = gpu;
  return [
    ['timestamp', time.toISOString().replace('T', ' ').replace('Z', '').replaceAll('-', '/')],
    ['driver_version', driver],
    ['kmd_version', driver],
    ['count', String(count)],
    ['name', model.name],
    ['brand', model.brand],
    ['architecture', model.architecture],
    ['serial', gpu.serial],
    ['uuid', gpu.uuid],
    ['pdi', `0x${hexadecimal(16, gpu.seed, index, 'pdi')}`],
    ['index', String(index)],
    ['minor_number', String(index)],
    ['board_id', `0x${Number.parseInt(bus, 16).toString(16)}00`],
    ['gsp_version', driver],
    ['pci.bus_id', busId(gpu)],
    ['pci.domain', '0x0000'],
    ['pci.bus', `0x${bus}`],
    ['pci.device', '0x00'],
    ['pci.baseClass', '0x3'],
    ['pci.subClass', '0x2'],
    ['platform.module_id', String(index + 1)],
  ];
}

/** What does not move. */
function standing({ model, driver, seed, index }: Gpu): [string, string][] {
  const { memory, power, clocks, pcie } = model;
  const generations = ['current', 'gpucurrent', 'max', 'gpumax'].map((which) => `pcie.link.gen.${which}`);
  const applications = ['applications', 'default_applications'].map((which) => `clocks.${which}`);
  const deprecated = 'Requested functionality has been deprecated';
  const limits = ['power.limit', 'enforced.power.limit', 'power.default_limit'];
  return [
    ...generations.map((name): [string, string] => [name, String(pcie.generation)]),
    ['pcie.link.width.current', String(pcie.width)],
    ['pcie.link.width.max', String(pcie.width)],
    ['pcie.replays', whole(20 * chance(seed, index, 'replays'))],
    ['display_mode', driverIn('580-', driver) ? deprecated : 'Disabled'],
    ['display_attached', 'No'],
    ['display_active', 'Disabled'],
    ['persistence_mode', 'Enabled'],
    ['virtualization_mode', 'None'],
    ['accounting.mode', 'Disabled'],
    ['accounting.buffer_size', '4000'],
    ['inforom.checksum_validation', 'valid'],
    ['gpu_recovery_action', 'None'],
    ['reset_status.reset_required', driverIn('565-', driver) ? deprecated : 'No'],
    ['reset_status.drain_and_reset_recommended', driverIn('565-', driver) ? deprecated : 'No'],
    ['pstate', 'P0'],
    ['memory.total', whole(memory.total)],
    ['memory.reserved', whole(memory.reserved)],
    ['bar1.total', whole(memory.bar1)],
    ['bar1.used', '1'],
    ['bar1.free', whole(memory.bar1 - 1)],
    ['compute_mode', 'Default'],
    ['power.management', driverIn('580-', driver) ? deprecated : 'Enabled'],
    ...limits.map((name): [string, string] => [name, hundredths(power.limit)]),
    ['power.min_limit', hundredths(power.min)],
    ['power.max_limit', hundredths(power.max)],
    ['clocks.max.graphics', whole(clocks.graphics)],
    ['clocks.max.sm', whole(clocks.graphics)],
    ['clocks.max.memory', String(clocks.memory[0])],
    ['clocks.max.video', whole(clocks.video)],
    ...applications.flatMap((name): [string, string][] => [
      [`${name}.graphics`, driverIn('590-', driver) ? deprecated : whole(clocks.graphics)],
      [`${name}.memory`, driverIn('590-', driver) ? deprecated : String(clocks.memory[0])],
    ]),
    ...(model.architecture === 'Volta'
      ? []
      : ['current', 'default'].map((which): [string, string] => [`gsp.mode.${which}`, 'Enabled'])),
    ...['total', 'used', 'free'].map((which): [string, string] => [`protected_memory.${which}`, '0']),
  ];
}

function measured({ model, ...gpu }: Gpu, reading: Readings): [string, string][] {
  const { memory, clocks, mig, averagePower } = model;
  const used = mig === undefined ? reading.memoryUsedMebibytes : migMemoryUsed(model, reading);
  const idle = ['encoder', 'decoder', 'jpeg', 'ofa'];
  return [
    ['memory.used', whole(used)],
    ['memory.free', whole(memory.total - memory.reserved - used)],
    // A card in MIG mode has no utilisation as a whole.
    ...(mig === undefined
      ? ([
          ['utilization.gpu', whole(reading.utilization)],
          ['utilization.memory', whole(reading.memoryUtilization)],
          ...idle.map((engine) => [`utilization.${engine}`, '0']),
        ] as [string, string][])
      : []),
    ...['sessionCount', 'averageFps', 'averageLatency'].map((name): [string, string] => [`encoder.stats.${name}`, '0']),
    ['power.draw', hundredths(averagePower ? reading.averageWatts : reading.instantWatts)],
    ...(averagePower ? [['power.draw.average', hundredths(reading.averageWatts)] as [string, string]] : []),
    ['power.draw.instant', hundredths(reading.instantWatts)],
    ['clocks.current.graphics', whole(reading.graphicsMegahertz)],
    ['clocks.current.sm', whole(reading.graphicsMegahertz)],
    ['clocks.current.memory', String(clocks.memory[0])],
    ['clocks.current.video', whole((clocks.video * reading.graphicsMegahertz) / clocks.graphics)],
    ['pcie.sent', whole(reading.sentKilobytesPerSecond)],
    ['pcie.received', whole(reading.receivedKilobytesPerSecond)],
    ['pcie.replays', whole(20 * chance(gpu.seed, gpu.index, 'replays'))],
  ];
}

/** Of a card in MIG mode; each instance is as full as the whole card would be. */
function migMemoryUsed({ mig = [], memory }: Gpu['model'], { memoryUsedMebibytes }: Readings): number {
  const share = memoryUsedMebibytes / memory.total;
  return mig.reduce((sum, instance) => sum + Math.round(instance.memory * share), 0);
}

function temperatures({ model: { temperature, memoryTemperature } }: Gpu, reading: Readings): [string, string][] {
  const { limits } = temperature;
  return [
    ['temperature.gpu', whole(reading.celsius)],
    ...(memoryTemperature ? [['temperature.memory', whole(reading.memoryCelsius)] as [string, string]] : []),
    ['temperature.shutdown', whole(limits.shutdown)],
    ['temperature.slowdown', whole(limits.slowdown)],
    ...(limits.kind === 'distance'
      ? ([
          ['temperature.gpu.tlimit', whole(limits.limit - reading.celsius)],
          ['temperature.operation', '0'],
          ...(memoryTemperature ? [['temperature.memory_limit', '0']] : []),
        ] as [string, string][])
      : ([
          ['temperature.operation', whole(limits.operation)],
          ...(limits.memory === null ? [] : [['temperature.memory_limit', whole(limits.memory)]]),
        ] as [string, string][])),
  ];
}

/** Bits of `clocks_event_reasons.active`: nvmlClocksEventReasons. */
const eventBits = {
  gpu_idle: 0x1,
  applications_clocks_setting: 0x2,
  sw_power_cap: 0x4,
  hw_slowdown: 0x8,
  sync_boost: 0x10,
  sw_thermal_slowdown: 0x20,
  hw_thermal_slowdown: 0x40,
  hw_power_brake_slowdown: 0x80,
} as const;

function throttling(gpu: Gpu, faults: readonly Fault[]): ReadonlySet<string> {
  const own = faults.filter((fault) => fault.kind === 'throttled' && fault.gpu === gpu.index);
  const reasons = new Set<ThrottleReason>(own.flatMap((fault) => (fault.kind === 'throttled' ? [fault.reason] : [])));
  // Both of these are kinds of it.
  if (reasons.has('hw_thermal_slowdown') || reasons.has('hw_power_brake_slowdown')) reasons.add('hw_slowdown');
  return reasons;
}

function clockEvents(reasons: ReadonlySet<string>, seconds: number): [string, string][] {
  const bits = Object.entries(eventBits);
  const active = bits.reduce((mask, [reason, bit]) => (reasons.has(reason) ? mask + bit : mask), 0);
  const mask = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(16, '0')}`;
  const counted = bits.filter(
    ([reason]) => !['gpu_idle', 'applications_clocks_setting', 'hw_slowdown'].includes(reason),
  );
  return [
    ['clocks_event_reasons.supported', mask(0x1ff)],
    ['clocks_event_reasons.active', mask(active)],
    ...bits.map(([reason]): [string, string] => [
      `clocks_event_reasons.${reason}`,
      reasons.has(reason) ? 'Active' : 'Not Active',
    ]),
    ...counted.map(([reason]): [string, string] => [
      `clocks_event_reasons_counters.${reason}`,
      whole(reasons.has(reason) ? 1e6 * seconds : 0),
    ]),
  ];
}
