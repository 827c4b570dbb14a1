import type { TextKey } from './metrics.ts';

/**
 * Where `nvidia-smi -q -x` has what a field tells: full paths below `<gpu>`, by the id of the field, the preferred one first. The first
 * that holds a value counts. Neither the version of the DTD nor the driver is asked: layouts differ by driver and by generation of
 * the card, and within one version of the DTD. Never a bare tag: `power_draw` stands under three parents.
 *
 * From documents of the drivers 384 to 610 (k8s-test-infra, telegraf, nvidia_gpu_exporter).
 */
export const documentPaths: ReadonlyMap<string, readonly string[]> = new Map([
  ['utilization', ['utilization/gpu_util']],
  ['memoryUtilization', ['utilization/memory_util']],
  ...family('engineUtilization', ['encoder', 'decoder', 'jpeg', 'ofa'], (engine) => [`utilization/${engine}_util`]),
  ['memoryTotal', ['fb_memory_usage/total']],
  ['memoryUsed', ['fb_memory_usage/used']],
  ['memoryFree', ['fb_memory_usage/free']],
  ['memoryReserved', ['fb_memory_usage/reserved']],
  ['bar1Total', ['bar1_memory_usage/total']],
  ['bar1Used', ['bar1_memory_usage/used']],
  ['bar1Free', ['bar1_memory_usage/free']],
  ['protectedMemoryTotal', ['cc_protected_memory_usage/total']],
  ['protectedMemoryUsed', ['cc_protected_memory_usage/used']],
  ['protectedMemoryFree', ['cc_protected_memory_usage/free']],

  ['temperature', ['temperature/gpu_temp']],
  ['memoryTemperature', ['temperature/memory_temp']],
  ['temperatureMargin', ['temperature/gpu_temp_tlimit']],
  ['temperatureLimit/shutdown', ['temperature/gpu_temp_max_threshold']],
  ['temperatureLimit/slowdown', ['temperature/gpu_temp_slow_threshold']],
  ['temperatureLimit/operation', ['temperature/gpu_temp_max_gpu_threshold']],
  ['temperatureLimit/memory_operation', ['temperature/gpu_temp_max_mem_threshold']],
  ['temperatureLimit/target', ['temperature/gpu_target_temperature']],
  ['temperatureLimit/target_min', ['supported_gpu_target_temp/gpu_target_temp_min']],
  ['temperatureLimit/target_max', ['supported_gpu_target_temp/gpu_target_temp_max']],
  ['temperatureMarginLimit/shutdown', ['temperature/gpu_temp_max_tlimit_threshold']],
  ['temperatureMarginLimit/slowdown', ['temperature/gpu_temp_slow_tlimit_threshold']],
  ['temperatureMarginLimit/operation', ['temperature/gpu_temp_max_gpu_tlimit_threshold']],
  ['temperatureMarginLimit/memory_operation', ['temperature/gpu_temp_max_mem_tlimit_threshold']],
  ['fan', ['fan_speed']],

  ['power', power(['power_draw', 'average_power_draw', 'instant_power_draw'])],
  ['averagePower', ['gpu_power_readings/average_power_draw']],
  ['instantPower', ['gpu_power_readings/instant_power_draw']],
  ['powerLimit', ['gpu_power_readings/current_power_limit', ...power(['enforced_power_limit', 'power_limit'])]],
  ['requestedPowerLimit', ['gpu_power_readings/requested_power_limit', 'power_readings/power_limit']],
  ['defaultPowerLimit', power(['default_power_limit'])],
  ['minPowerLimit', power(['min_power_limit'])],
  ['maxPowerLimit', power(['max_power_limit'])],
  ['memoryAveragePower', ['gpu_memory_power_readings/average_power_draw', 'gpu_memory_power_readings/power_draw']],
  ['memoryInstantPower', ['gpu_memory_power_readings/instant_power_draw']],
  ['modulePower', ['module_power_readings/average_power_draw', 'module_power_readings/power_draw']],
  ['moduleInstantPower', ['module_power_readings/instant_power_draw']],
  ['modulePowerLimit', ['module_power_readings/current_power_limit']],
  ['moduleRequestedPowerLimit', ['module_power_readings/requested_power_limit']],
  ['moduleDefaultPowerLimit', ['module_power_readings/default_power_limit']],
  ['moduleMinPowerLimit', ['module_power_readings/min_power_limit']],
  ['moduleMaxPowerLimit', ['module_power_readings/max_power_limit']],
  ['edppMultiplier', ['edpp_multiplier', 'gpu_power_readings/edpp_multiplier']],
  ['voltage', ['voltage/graphics_volt']],

  ['smClock', ['clocks/sm_clock']],
  ['memoryClock', ['clocks/mem_clock']],
  ['graphicsClock', ['clocks/graphics_clock']],
  ['videoClock', ['clocks/video_clock']],
  ['maxSmClock', ['max_clocks/sm_clock']],
  ['maxMemoryClock', ['max_clocks/mem_clock']],
  ['maxGraphicsClock', ['max_clocks/graphics_clock']],
  ['maxVideoClock', ['max_clocks/video_clock']],
  ['maxCustomerBoostClock', ['max_customer_boost_clocks/graphics_clock']],
  ['applicationGraphicsClock', ['applications_clocks/graphics_clock']],
  ['applicationMemoryClock', ['applications_clocks/mem_clock']],
  ['defaultApplicationGraphicsClock', ['default_applications_clocks/graphics_clock']],
  ['defaultApplicationMemoryClock', ['default_applications_clocks/mem_clock']],
  ['performanceState', ['performance_state']],
  ...family(
    'clockEvent',
    [
      'gpu_idle',
      'applications_clocks_setting',
      'sw_power_cap',
      'hw_slowdown',
      'hw_thermal_slowdown',
      'hw_power_brake_slowdown',
      'sw_thermal_slowdown',
      'sync_boost',
      'display_clocks_setting',
    ],
    (reason) => [
      `clocks_event_reasons/clocks_event_reason_${reason}`,
      `clocks_throttle_reasons/clocks_throttle_reason_${reason}`,
    ],
  ),
  // Named shorter here than in --query-gpu.
  ...Object.entries({
    sw_power_cap: 'sw_power_cap',
    sync_boost: 'sync_boost',
    sw_thermal_slowdown: 'sw_therm_slowdown',
    hw_thermal_slowdown: 'hw_therm_slowdown',
    hw_power_brake_slowdown: 'hw_power_brake',
  }).map(([reason, tag]): Entry => [
    `clockEventTime/${reason}`,
    [`clocks_event_reasons_counters/clocks_event_reasons_counters_${tag}`],
  ]),

  ['pcieGeneration', link('pcie_gen', ['device_current_link_gen', 'current_link_gen'])],
  ['pcieMaxGeneration', link('pcie_gen', ['max_link_gen'])],
  ['pcieGpuMaxGeneration', link('pcie_gen', ['max_device_link_gen'])],
  ['pcieHostMaxGeneration', link('pcie_gen', ['max_host_link_gen'])],
  ['pcieWidth', link('link_widths', ['current_link_width'])],
  ['pcieMaxWidth', link('link_widths', ['max_link_width'])],
  ['pcieReplays', ['pci/replay_counter']],
  ['pcieReplayRollovers', ['pci/replay_rollover_counter']],
  ['pcieThroughput/transmit', ['pci/tx_util']],
  ['pcieThroughput/receive', ['pci/rx_util']],

  ['encoderSessions', ['encoder_stats/session_count']],
  ['encoderFrames', ['encoder_stats/average_fps']],
  ['encoderLatency', ['encoder_stats/average_latency']],
  ['captureSessions', ['fbc_stats/session_count']],
  ['captureFrames', ['fbc_stats/average_fps']],
  ['captureLatency', ['fbc_stats/average_latency']],

  ...['volatile', 'aggregate'].flatMap(eccPaths),
  ...family('eccErrors', ['l2', 'sm', 'mcu', 'pcie', 'other'], (source) => [
    `ecc_errors/aggregate_uncorrectable_sram_sources/sram_${source === 'mcu' ? 'microcontroller' : source}`,
  ]).map(([id, paths]): Entry => [`${id.replace('/', '/sram_')}/uncorrected/aggregate`, paths]),
  ['sramThresholdExceeded', ['ecc_errors/aggregate/sram_threshold_exceeded']],
  ['repairPending/channel', ['ecc_errors/channel_repair_pending']],
  ['repairPending/tpc', ['ecc_errors/tpc_repair_pending']],
  ['memoryUnrepairable', ['ecc_errors/unrepairable_memory']],
  ['retiredPages/single_bit', ['retired_pages/multiple_single_bit_retirement/retired_count']],
  ['retiredPages/double_bit', ['retired_pages/double_bit_retirement/retired_count']],
  ['retiredPagesPending', ['retired_pages/pending_retirement', 'retired_pages/pending_blacklist']],
  ['remappedRows/corrected', ['remapped_rows/remapped_row_corr']],
  ['remappedRows/uncorrected', ['remapped_rows/remapped_row_unc']],
  ['remappedRowsInactive/corrected', ['remapped_rows/remapped_row_corr_inactive']],
  ['remappedRowsInactive/uncorrected', ['remapped_rows/remapped_row_unc_inactive']],
  ['remappedRowsPending', ['remapped_rows/remapped_row_pending']],
  ['remappedRowsFailed', ['remapped_rows/remapped_row_failure']],
  ...family('remapBanks', ['max', 'high', 'partial', 'low', 'none'], (availability) => [
    `remapped_rows/row_remapper_histogram/row_remapper_histogram_${availability}`,
  ]),

  ['enabled/persistence', ['persistence_mode']],
  ['enabled/accounting', ['accounting_mode']],
  ['enabled/display', ['display_active']],
  ['enabled/ecc', ['ecc_mode/current_ecc']],
  ['enabled/mig', ['mig_mode/current_mig']],
  ['enabled/dram_encryption', ['dram_encryption_mode/current_dram_encryption']],
  ['enabled/c2c', ['c2c_mode']],
  ['enabled/auto_boost', ['clock_policy/auto_boost']],
  ['enabled/auto_boost_default', ['clock_policy/auto_boost_default']],
  ['enabled/egm', ['capabilities/egm']],
  ['enabled/sparse_operation', ['sparse_operation_mode']],
  ['pending/ecc', ['ecc_mode/pending_ecc']],
  ['pending/mig', ['mig_mode/pending_mig']],
  ['pending/dram_encryption', ['dram_encryption_mode/pending_dram_encryption']],
  ['displayAttached', ['display_attached']],
  ['computeMode', ['compute_mode']],
  ['addressingMode', ['addressing_mode']],
  ['recoveryAction', ['gpu_recovery_action']],
  ['resetRecommended/reset', ['gpu_reset_status/reset_required']],
  ['resetRecommended/drain_and_reset', ['gpu_reset_status/drain_and_reset_recommended']],
  ['fabricState', ['fabric/state']],
  ['fabricHealth', ['fabric/health/summary']],
  ['fabricImpaired/registration', ['fabric/status']],
  ...family(
    'fabricImpaired',
    [
      'bandwidth',
      'route_recovery_in_progress',
      'route_unhealthy',
      'access_timeout_recovery',
      'incorrect_configuration',
    ],
    (aspect) => [`fabric/health/${aspect}`],
  ),
  ['partitionAssigned', ['fabric/health/partition_assigned']],
]);

/** Likewise of texts, by the label that they become. */
export const textPaths: ReadonlyMap<TextKey, readonly string[]> = new Map<TextKey, readonly string[]>([
  ['serial', ['serial']],
  ['vbios', ['vbios_version']],
  ['inforom_image', ['inforom_version/img_version']],
  ['inforom_oem', ['inforom_version/oem_object']],
  ['inforom_ecc', ['inforom_version/ecc_object']],
  ['inforom_power', ['inforom_version/pwr_object']],
  ['pci_device_id', ['pci/pci_device_id']],
  ['pci_sub_device_id', ['pci/pci_sub_system_id']],
  ['clique_id', ['fabric/cliqueId']],
  ['cluster_uuid', ['fabric/clusterUuid']],
  ['chassis_serial_number', ['platformInfo/chassis_serial_number']],
  ['slot', ['platformInfo/slot_number']],
  ['tray', ['platformInfo/tray_index']],
  ['host_id', ['platformInfo/host_id']],
  ['peer_type', ['platformInfo/peer_type']],
  ['module_id', ['platformInfo/module_id', 'gpu_module_id']],
  ['fabric_guid', ['platformInfo/gpu_fabric_guid']],
  ['brand', ['product_brand']],
  ['architecture', ['product_architecture']],
  ['board_part_number', ['board_part_number']],
  ['gpu_part_number', ['gpu_part_number']],
  ['gsp_firmware', ['gsp_firmware_version']],
  ['virtualization', ['gpu_virtualization_mode/virtualization_mode']],
]);

type Entry = readonly [id: string, paths: readonly string[]];

function family(key: string, labels: readonly string[], paths: (label: string) => readonly string[]): Entry[] {
  return labels.map((label): Entry => [`${key}/${label}`, paths(label)]);
}

/** Of the card: renamed with driver 535. */
function power(tags: readonly string[]): readonly string[] {
  return ['gpu_power_readings', 'power_readings'].flatMap((parent) => tags.map((tag) => `${parent}/${tag}`));
}

function link(part: 'pcie_gen' | 'link_widths', tags: readonly string[]): readonly string[] {
  return tags.map((tag) => `pci/pci_gpu_link_info/${part}/${tag}`);
}

/** Volta and older tell single and double bit errors by location; newer cards those of SRAM and DRAM; the newest SRAM by kind. */
function eccPaths(window: string): Entry[] {
  const at = `ecc_errors/${window}`;
  const old = [
    'device_memory',
    'register_file',
    'l1_cache',
    'l2_cache',
    'texture_memory',
    'texture_shm',
    'cbu',
    'total',
  ];
  return [
    ...old.flatMap((location): Entry[] => [
      [`eccErrors/${location}/corrected/${window}`, [`${at}/single_bit/${location}`]],
      [`eccErrors/${location}/uncorrected/${window}`, [`${at}/double_bit/${location}`]],
    ]),
    ...['sram', 'dram'].flatMap((location): Entry[] => [
      [`eccErrors/${location}/corrected/${window}`, [`${at}/${location}_correctable`]],
      [`eccErrors/${location}/uncorrected/${window}`, [`${at}/${location}_uncorrectable`]],
    ]),
    ...['parity', 'secded'].map((kind): Entry => [
      `eccErrors/sram_${kind}/uncorrected/${window}`,
      [`${at}/sram_uncorrectable_${kind}`],
    ]),
  ];
}
