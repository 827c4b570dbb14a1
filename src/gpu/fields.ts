import {
  clock,
  count,
  countUpTo,
  flag,
  lanes,
  memory,
  power,
  share,
  shareUpTo,
  temperature,
  text,
  time,
  unless,
  word,
} from './field.ts';
import type { Candidates, ReadingField, TextField } from './field.ts';
import { documentFields } from './document-fields.ts';
import { addressingModes, computeModes, fabricHealths, fabricStates, recoveryActions } from './detail-metrics.ts';

/**
 * What every card that works can tell. Any error in the place of one of these is the state of the card.
 *
 * Names and meanings here and below: `nvidia-smi --help-query-gpu` of the drivers 390 to 610.
 */
const vitalFields: readonly ReadingField[] = [
  share('utilization', 'utilization.gpu'),
  share('memoryUtilization', 'utilization.memory'),
  { ...memory('memoryTotal', 'memory.total'), min: 1 },
  memory('memoryUsed', 'memory.used'),
  memory('memoryFree', 'memory.free'),
  memory('memoryReserved', 'memory.reserved'),
  temperature('temperature', 'temperature.gpu'),
  temperature('memoryTemperature', 'temperature.memory'),
  power('power', 'power.draw', 'power.draw.average', 'gpu.power.draw.average', 'power.draw.instant'),
  power('powerLimit', 'enforced.power.limit', 'gpu.power.current_limit', 'power.limit'),
  clock('smClock', 'clocks.current.sm', 'clocks.sm'),
  clock('memoryClock', 'clocks.current.memory', 'clocks.current.mem', 'clocks.mem'),
  // The manual page: "may exceed 100 % in certain cases".
  shareUpTo(3, 'fan', 'fan.speed'),
  // P0 to P15 in NVML, nvmlPstates_t.
  countUpTo(15, 'performanceState', 'pstate'),
];

const eccLocations = [
  'device_memory',
  'dram',
  'sram',
  'register_file',
  'l1_cache',
  'l2_cache',
  'texture_memory',
  'cbu',
  'total',
];
/** Parts of the uncorrected errors of SRAM, which newer cards tell apart; those of `sources` in the aggregate window only. */
const sramKinds = ['parity', 'secded'];
const sramSources = ['l2', 'sm', 'mcu', 'pcie', 'other'];
const windows = ['volatile', 'aggregate'];
const clockEvents = [
  'gpu_idle',
  'applications_clocks_setting',
  'sw_power_cap',
  'hw_slowdown',
  'hw_thermal_slowdown',
  'hw_power_brake_slowdown',
  'sw_thermal_slowdown',
  'sync_boost',
];
const countedClockEvents = [
  'sw_power_cap',
  'sync_boost',
  'sw_thermal_slowdown',
  'hw_thermal_slowdown',
  'hw_power_brake_slowdown',
];

/** What some cards or drivers have. An error in the place of one of these need not concern the card. */
const detailFields: readonly ReadingField[] = [
  power('averagePower', 'power.draw.average', 'gpu.power.draw.average'),
  power('instantPower', 'power.draw.instant', 'gpu.power.draw.instant'),
  power('requestedPowerLimit', 'power.limit', 'gpu.power.requested_limit'),
  power('defaultPowerLimit', 'power.default_limit', 'gpu.power.default_limit'),
  power('minPowerLimit', 'power.min_limit', 'gpu.power.min_limit'),
  power('maxPowerLimit', 'power.max_limit', 'gpu.power.max_limit'),
  power('modulePower', 'module.power.draw.average'),
  power('moduleInstantPower', 'module.power.draw.instant'),
  power('modulePowerLimit', 'module.enforced.power.limit', 'module.power.current_limit'),
  power('moduleRequestedPowerLimit', 'module.power.limit', 'module.power.requested_limit'),
  power('moduleDefaultPowerLimit', 'module.power.default_limit'),
  power('moduleMinPowerLimit', 'module.power.min_limit'),
  power('moduleMaxPowerLimit', 'module.power.max_limit'),
  // nvidia_gpu_exporter calls it so too; the driver's own help text does not explain it.
  shareUpTo(10, 'edppMultiplier', 'edpp_multiplier'),
  temperature('temperatureMargin', 'temperature.gpu.tlimit'),

  clock('graphicsClock', 'clocks.current.graphics', 'clocks.gr'),
  clock('videoClock', 'clocks.current.video', 'clocks.video'),
  clock('maxGraphicsClock', 'clocks.max.graphics', 'clocks.max.gr'),
  clock('maxSmClock', 'clocks.max.sm'),
  clock('maxMemoryClock', 'clocks.max.memory', 'clocks.max.mem'),
  clock('applicationGraphicsClock', 'clocks.applications.graphics', 'clocks.applications.gr'),
  clock('applicationMemoryClock', 'clocks.applications.memory', 'clocks.applications.mem'),
  clock('defaultApplicationGraphicsClock', 'clocks.default_applications.graphics', 'clocks.default_applications.gr'),
  clock('defaultApplicationMemoryClock', 'clocks.default_applications.memory', 'clocks.default_applications.mem'),
  ...clockEvents.map((reason) =>
    flag(['clockEvent', reason], `clocks_event_reasons.${reason}`, `clocks_throttle_reasons.${reason}`),
  ),
  ...countedClockEvents.map((reason) => time(['clockEventTime', reason], `clocks_event_reasons_counters.${reason}`)),

  countUpTo(16, 'pcieGeneration', 'pcie.link.gen.gpucurrent', 'pcie.link.gen.current'),
  countUpTo(16, 'pcieMaxGeneration', 'pcie.link.gen.max'),
  countUpTo(16, 'pcieGpuMaxGeneration', 'pcie.link.gen.gpumax'),
  countUpTo(16, 'pcieHostMaxGeneration', 'pcie.link.gen.hostmax'),
  lanes('pcieWidth', 'pcie.link.width.current'),
  lanes('pcieMaxWidth', 'pcie.link.width.max'),

  ...['encoder', 'decoder', 'jpeg', 'ofa'].map((engine) =>
    share(['engineUtilization', engine], `utilization.${engine}`),
  ),
  count('encoderSessions', 'encoder.stats.sessionCount'),
  count('encoderFrames', 'encoder.stats.averageFps'),
  time('encoderLatency', 'encoder.stats.averageLatency'),
  memory('protectedMemoryTotal', 'protected_memory.total'),
  memory('protectedMemoryUsed', 'protected_memory.used'),
  memory('protectedMemoryFree', 'protected_memory.free'),

  ...windows.flatMap((window) =>
    ['corrected', 'uncorrected'].flatMap((severity) =>
      eccLocations.map((location) =>
        count(['eccErrors', location, severity, window], `ecc.errors.${severity}.${window}.${location}`),
      ),
    ),
  ),
  ...windows.flatMap((window) =>
    [...sramKinds, ...(window === 'aggregate' ? sramSources : [])].map((part) =>
      count(['eccErrors', `sram_${part}`, 'uncorrected', window], `ecc.errors.uncorrected.${window}.sram.${part}`),
    ),
  ),
  flag('sramThresholdExceeded', 'ecc.errors.uncorrected.aggregate.sram.thresholdExceeded'),
  count(['retiredPages', 'single_bit'], 'retired_pages.single_bit_ecc.count', 'retired_pages.sbe'),
  count(['retiredPages', 'double_bit'], 'retired_pages.double_bit.count', 'retired_pages.dbe'),
  flag('retiredPagesPending', 'retired_pages.pending'),
  count(['remappedRows', 'corrected'], 'remapped_rows.correctable', 'remapped_rows.sbe'),
  count(['remappedRows', 'uncorrected'], 'remapped_rows.uncorrectable', 'remapped_rows.dbe'),
  flag('remappedRowsPending', 'remapped_rows.pending'),
  flag('remappedRowsFailed', 'remapped_rows.failure'),
  unless('valid', 'inforomCorrupt', 'inforom.checksum_validation'),

  flag(['enabled', 'persistence'], 'persistence_mode'),
  flag(['enabled', 'accounting'], 'accounting.mode'),
  flag(['enabled', 'display'], 'display_active'),
  flag(['enabled', 'ecc'], 'ecc.mode.current'),
  flag(['enabled', 'mig'], 'mig.mode.current'),
  flag(['enabled', 'dram_encryption'], 'dramEncryption.mode.current'),
  flag(['enabled', 'gsp'], 'gsp.mode.current'),
  flag(['enabled', 'c2c'], 'c2c.mode'),
  flag(['pending', 'ecc'], 'ecc.mode.pending'),
  flag(['pending', 'mig'], 'mig.mode.pending'),
  flag(['pending', 'dram_encryption'], 'dramEncryption.mode.pending'),
  flag('displayAttached', 'display_attached'),
  // 0 to 3 with names, in older help texts.
  word('computeMode', computeModes, {}, 'compute_mode'),
  word('addressingMode', addressingModes, {}, 'addressing_mode'),
  // nvmlDeviceGpuRecoveryAction_t, whose names are the aliases.
  word('recoveryAction', recoveryActions, { gpu_reset: 'reset', node_reboot: 'reboot' }, 'gpu_recovery_action'),
  // nvmlGpuFabricState_t.
  word('fabricState', fabricStates, {}, 'fabric.state'),
  word('fabricHealth', fabricHealths, {}, 'fabric.health.summary'),
  unless('success', ['fabricImpaired', 'registration'], 'fabric.status'),
  unless('full', ['fabricImpaired', 'bandwidth'], 'fabric.health.bandwidth'),
  ...['route_recovery_in_progress', 'route_unhealthy', 'access_timeout_recovery'].map((aspect) =>
    unless('false', ['fabricImpaired', aspect], `fabric.health.${aspect}`),
  ),
  unless('none', ['fabricImpaired', 'incorrect_configuration'], 'fabric.health.incorrect_configuration'),
];

export const readingFields: readonly ReadingField[] = [...vitalFields, ...detailFields, ...documentFields];

const vital = new Set(vitalFields);
export function isVital(field: ReadingField): boolean {
  return vital.has(field);
}

/** What is told in words of no list: labels of info metrics. */
export const textFields: readonly TextField[] = [
  text('serial', 'serial', 'gpu_serial'),
  text('vbios', 'vbios_version'),
  text('inforom_image', 'inforom.img', 'inforom.image'),
  text('inforom_oem', 'inforom.oem'),
  text('inforom_ecc', 'inforom.ecc'),
  text('inforom_power', 'inforom.pwr', 'inforom.power'),
  text('compute_capability', 'compute_cap'),
  text('pci_device_id', 'pci.device_id'),
  text('pci_sub_device_id', 'pci.sub_device_id'),
  text('clique_id', 'fabric.cliqueId'),
  text('cluster_uuid', 'fabric.clusterUuid'),
  text('chassis_serial_number', 'platform.chassis_serial_number'),
  text('slot', 'platform.slot_number'),
  text('tray', 'platform.tray_index'),
  text('host_id', 'platform.host_id'),
  text('peer_type', 'platform.peer_type'),
  text('module_id', 'platform.module_id'),
  text('fabric_guid', 'platform.gpu_fabric_guid'),
  text('brand'),
  text('architecture'),
  text('board_part_number'),
  text('gpu_part_number'),
  text('gsp_firmware'),
  text('virtualization'),
];

/** What says which GPU a row is about. */
export const identityFields = {
  index: ['index'],
  uuid: ['uuid', 'gpu_uuid'],
  bus: ['pci.bus_id', 'gpu_bus_id'],
  name: ['name', 'gpu_name'],
  // Driver 610 calls it by the module that runs in the kernel.
  driver: ['driver_version', 'kmd_version'],
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

/**
 * Takes the first candidate of each concept that the driver offers: a single unknown name would fail the whole query.
 * @param details whether to ask for more than what every card has
 */
export function chooseFields(offered: ReadonlySet<string>, { details }: { readonly details: boolean }): Choice {
  const asked = new Set<string>();
  const dropped: string[] = [];
  const concepts: readonly Candidates[] = [
    ...Object.values(identityFields),
    ...(details ? [...readingFields, ...textFields] : vitalFields).map(({ candidates }) => candidates),
  ];
  for (const candidates of concepts) {
    const [preferred] = candidates;
    const chosen = candidates.find((name) => offered.has(name));
    if (chosen !== undefined) asked.add(chosen);
    else if (preferred !== undefined) dropped.push(preferred);
  }
  return { asked: [...asked], dropped };
}
