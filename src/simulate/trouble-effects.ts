import { driverIn } from './drivers/driver-range.ts';
import type { Fault } from './faults.ts';
import type { Gpu } from './machine.ts';
import type { Moment } from './moment.ts';
import type { Readings } from './readings.ts';

/** Of the span between idle and the power limit, what a card draws whose kernels wait. */
const waitingShare = 0.12;

/** What a card measures, with its troubles. */
export function troubledReadings({ model, index }: Gpu, faults: readonly Fault[], healthy: Readings): Readings {
  const { idle, limit } = model.power;
  let readings = healthy;
  for (const fault of faults) {
    if (!('gpu' in fault) || fault.gpu !== index) continue;
    if (fault.kind === 'hot') readings = { ...readings, celsius: fault.celsius };
    if (fault.kind === 'waiting')
      readings = drawing({ ...readings, utilization: 100, memoryUtilization: 0 }, idle + waitingShare * (limit - idle));
    if (fault.kind === 'power_limit') readings = drawing(readings, fault.watts);
  }
  return readings;
}

function drawing(readings: Readings, most: number): Readings {
  const { averageWatts, instantWatts } = readings;
  return { ...readings, averageWatts: Math.min(averageWatts, most), instantWatts: Math.min(instantWatts, most) };
}

/** The facts that its troubles change. */
export function troubledFacts(gpu: Gpu, moment: Moment): [string, string][] {
  return moment.faults.flatMap((fault) =>
    'gpu' in fault && fault.gpu === gpu.index ? changed(gpu, fault, moment) : [],
  );
}

function changed({ driver, model }: Gpu, fault: Fault, moment: Moment): [string, string][] {
  const all = (names: readonly string[], value: string): [string, string][] => names.map((name) => [name, value]);
  if (fault.kind === 'pcie_link') {
    const { lanes, generation } = fault;
    const generations = ['pcie.link.gen.current', 'pcie.link.gen.gpucurrent'];
    return [
      ...(lanes === undefined ? [] : all(['pcie.link.width.current'], String(lanes))),
      ...(generation === undefined ? [] : all(generations, String(generation))),
    ];
  }
  if (fault.kind === 'pcie_replays') return all(['pcie.replays'], String(grown(fault, moment)));
  if (fault.kind === 'power_limit') return all(['power.limit', 'enforced.power.limit'], fault.watts.toFixed(2));
  if (fault.kind === 'row_remap')
    return all([model.remapperBanks === null ? 'retired_pages.pending' : `remapped_rows.${fault.state}`], 'Yes');
  if (fault.kind === 'recovery_action')
    return driverIn('565-', driver)
      ? all(['gpu_recovery_action'], fault.action)
      : all(['reset_status.reset_required'], 'Yes');
  return [];
}

/** Whether a link of a card is down. */
export function isDown({ index }: Gpu, link: number, { faults }: Moment): boolean {
  return faults.some((fault) => fault.kind === 'nvlink_down' && fault.gpu === index && fault.link === link);
}

/** What a counter of a link reads; null where nothing is wrong with it. */
export function linkErrorsOf({ index }: Gpu, link: number, counter: string, moment: Moment): number | null {
  const own = moment.faults.flatMap((fault) =>
    fault.kind === 'nvlink_errors' && fault.gpu === index && fault.link === link && fault.counter === counter
      ? [grown(fault, moment)]
      : [],
  );
  return own.length === 0 ? null : own.reduce((sum, count) => sum + count, 0);
}

/** A count, and what has come to it since the control file was written. */
export function grown(
  { count, per_minute = 0 }: { readonly count: number; readonly per_minute?: number },
  { time, since }: Pick<Moment, 'time' | 'since'>,
): number {
  const minutes = Math.max(0, time.getTime() / 1000 - since) / 60;
  return count + Math.floor(per_minute * minutes);
}
