/**
 * The elements of one `gpu` in `nvidia-smi -q -x`, in their order, one a line. After the element stands what it shows: a fact, a
 * `"text"`, or `<block>`, which document.ts writes; an element with nothing after it holds those that are indented below it. `| fact`
 * is shown alone, in place of all that is below, where it has no value. `[unit]` follows a value (`hex`: loses its `0x`), `@drivers`
 * and `?trait` (see document.ts) say where the element is at all. The order, and which driver has what, are those of documents of
 * the drivers 515 to 595; the number in the document's type does not tell them apart.
 */
export const documentLayout = `
product_name: name
product_brand: brand
product_architecture: architecture
display_mode: display_mode
display_attached: display_attached @580-
display_active: display_active
persistence_mode: persistence_mode
addressing_mode: addressing_mode @535-
mig_mode
  current_mig: mig.mode.current
  pending_mig: mig.mode.pending
mig_devices: <migDevices>
accounting_mode: accounting.mode
accounting_mode_buffer_size: accounting.buffer_size
driver_model
  current_dm: driver_model.current
  pending_dm: driver_model.pending
serial: serial
uuid: uuid
pdi: pdi @580-
minor_number: minor_number
vbios_version: vbios_version
multigpu_board: "No"
board_id: board_id
board_part_number: board_part_number @525-
gpu_part_number: gpu_part_number
gpu_fru_part_number: "N/A" @535-
gpu_module_id: platform.module_id @-569
platformInfo @570-
  chassis_serial_number: platform.chassis_serial_number
  slot_number: platform.slot_number
  tray_index: platform.tray_index
  host_id: platform.host_id
  peer_type: platform.peer_type
  module_id: platform.module_id
  gpu_fabric_guid: platform.gpu_fabric_guid
inforom_version
  img_version: inforom.img
  oem_object: inforom.oem
  ecc_object: inforom.ecc
  pwr_object: inforom.pwr
inforom_bbx_flush @535-
  latest_timestamp: "N/A"
  latest_duration: "N/A"
gpu_operation_mode
  current_gom: gom.current
  pending_gom: gom.pending
gsp_firmware_version: gsp_version @-534
c2c_mode: c2c.mode @535-
gpu_virtualization_mode
  virtualization_mode: virtualization_mode
  host_vgpu_mode: "N/A"
  vgpu_heterogeneous_mode: "N/A" @550-
gpu_reset_status @535-579
  reset_required: reset_status.reset_required
  drain_and_reset_recommended: reset_status.drain_and_reset_recommended
gpu_recovery_action: gpu_recovery_action @565-
gsp_firmware_version: gsp_version @535-
ibmnpu
  relaxed_ordering_mode: "N/A"
pci
  pci_bus: pci.bus [hex]
  pci_device: pci.device [hex]
  pci_domain: pci.domain [hex]
  pci_base_class: pci.baseClass [hex] @560-
  pci_sub_class: pci.subClass [hex] @560-
  pci_device_id: pci.device_id [hex]
  pci_bus_id: pci.bus_id
  pci_sub_system_id: pci.sub_device_id [hex]
  pci_gpu_link_info
    pcie_gen
      max_link_gen: pcie.link.gen.max
      current_link_gen: pcie.link.gen.current
      device_current_link_gen: pcie.link.gen.gpucurrent @525-
      max_device_link_gen: pcie.link.gen.gpumax @525-
      max_host_link_gen: pcie.link.gen.hostmax @525-
    link_widths
      max_link_width: pcie.link.width.max [x]
      current_link_width: pcie.link.width.current [x]
  pci_bridge_chip
    bridge_chip_type: "N/A"
    bridge_chip_fw: "N/A"
  replay_counter: pcie.replays
  replay_rollover_counter: "0"
  tx_util: pcie.sent [KB/s]
  rx_util: pcie.received [KB/s]
  atomic_caps_inbound: "N/A" @525-534
  atomic_caps_outbound: "N/A" @525-
  atomic_caps_inbound: "N/A" @535-
fan_speed: fan.speed [%]
performance_state: pstate
clocks_throttle_reasons @-534
  clocks_throttle_reason_gpu_idle: clocks_event_reasons.gpu_idle
  clocks_throttle_reason_applications_clocks_setting: clocks_event_reasons.applications_clocks_setting
  clocks_throttle_reason_sw_power_cap: clocks_event_reasons.sw_power_cap
  clocks_throttle_reason_hw_slowdown: clocks_event_reasons.hw_slowdown
  clocks_throttle_reason_hw_thermal_slowdown: clocks_event_reasons.hw_thermal_slowdown
  clocks_throttle_reason_hw_power_brake_slowdown: clocks_event_reasons.hw_power_brake_slowdown
  clocks_throttle_reason_sync_boost: clocks_event_reasons.sync_boost
  clocks_throttle_reason_sw_thermal_slowdown: clocks_event_reasons.sw_thermal_slowdown
  clocks_throttle_reason_display_clocks_setting: "Not Active"
clocks_event_reasons @535-
  clocks_event_reason_gpu_idle: clocks_event_reasons.gpu_idle
  clocks_event_reason_applications_clocks_setting: clocks_event_reasons.applications_clocks_setting
  clocks_event_reason_sw_power_cap: clocks_event_reasons.sw_power_cap
  clocks_event_reason_hw_slowdown: clocks_event_reasons.hw_slowdown
  clocks_event_reason_hw_thermal_slowdown: clocks_event_reasons.hw_thermal_slowdown
  clocks_event_reason_hw_power_brake_slowdown: clocks_event_reasons.hw_power_brake_slowdown
  clocks_event_reason_sync_boost: clocks_event_reasons.sync_boost
  clocks_event_reason_sw_thermal_slowdown: clocks_event_reasons.sw_thermal_slowdown
  clocks_event_reason_display_clocks_setting: "Not Active"
clocks_event_reasons_counters @575-
  clocks_event_reasons_counters_sw_power_cap: clocks_event_reasons_counters.sw_power_cap [us]
  clocks_event_reasons_counters_sync_boost: clocks_event_reasons_counters.sync_boost [us]
  clocks_event_reasons_counters_sw_therm_slowdown: clocks_event_reasons_counters.sw_thermal_slowdown [us]
  clocks_event_reasons_counters_hw_therm_slowdown: clocks_event_reasons_counters.hw_thermal_slowdown [us]
  clocks_event_reasons_counters_hw_power_brake: clocks_event_reasons_counters.hw_power_brake_slowdown [us]
sparse_operation_mode: sparse_operation_mode @550-
fb_memory_usage
  total: memory.total [MiB]
  reserved: memory.reserved [MiB]
  used: memory.used [MiB]
  free: memory.free [MiB]
bar1_memory_usage
  total: bar1.total [MiB]
  used: bar1.used [MiB]
  free: bar1.free [MiB]
cc_protected_memory_usage @535-
  total: protected_memory.total [MiB]
  used: protected_memory.used [MiB]
  free: protected_memory.free [MiB]
compute_mode: compute_mode
utilization
  gpu_util: utilization.gpu [%]
  memory_util: utilization.memory [%]
  encoder_util: utilization.encoder [%]
  decoder_util: utilization.decoder [%]
  jpeg_util: utilization.jpeg [%] @535-
  ofa_util: utilization.ofa [%] @535-
encoder_stats
  session_count: encoder.stats.sessionCount
  average_fps: encoder.stats.averageFps
  average_latency: encoder.stats.averageLatency
fbc_stats
  session_count: "0"
  average_fps: "0"
  average_latency: "0"
dram_encryption_mode @570-
  current_dram_encryption: dramEncryption.mode.current
  pending_dram_encryption: dramEncryption.mode.pending
ecc_mode
  current_ecc: ecc.mode.current
  pending_ecc: ecc.mode.pending
ecc_errors ?caches
  volatile
    single_bit
      device_memory: ecc.errors.corrected.volatile.device_memory
      register_file: ecc.errors.corrected.volatile.register_file
      l1_cache: ecc.errors.corrected.volatile.l1_cache
      l2_cache: ecc.errors.corrected.volatile.l2_cache
      texture_memory: ecc.errors.corrected.volatile.texture_memory
      texture_shm: "N/A"
      cbu: ecc.errors.corrected.volatile.cbu
      total: ecc.errors.corrected.volatile.total
    double_bit
      device_memory: ecc.errors.uncorrected.volatile.device_memory
      register_file: ecc.errors.uncorrected.volatile.register_file
      l1_cache: ecc.errors.uncorrected.volatile.l1_cache
      l2_cache: ecc.errors.uncorrected.volatile.l2_cache
      texture_memory: ecc.errors.uncorrected.volatile.texture_memory
      texture_shm: "N/A"
      cbu: ecc.errors.uncorrected.volatile.cbu
      total: ecc.errors.uncorrected.volatile.total
  aggregate
    single_bit
      device_memory: ecc.errors.corrected.aggregate.device_memory
      register_file: ecc.errors.corrected.aggregate.register_file
      l1_cache: ecc.errors.corrected.aggregate.l1_cache
      l2_cache: ecc.errors.corrected.aggregate.l2_cache
      texture_memory: ecc.errors.corrected.aggregate.texture_memory
      texture_shm: "N/A"
      cbu: ecc.errors.corrected.aggregate.cbu
      total: ecc.errors.corrected.aggregate.total
    double_bit
      device_memory: ecc.errors.uncorrected.aggregate.device_memory
      register_file: ecc.errors.uncorrected.aggregate.register_file
      l1_cache: ecc.errors.uncorrected.aggregate.l1_cache
      l2_cache: ecc.errors.uncorrected.aggregate.l2_cache
      texture_memory: ecc.errors.uncorrected.aggregate.texture_memory
      texture_shm: "N/A"
      cbu: ecc.errors.uncorrected.aggregate.cbu
      total: ecc.errors.uncorrected.aggregate.total
ecc_errors ?parts
  volatile
    sram_correctable: ecc.errors.corrected.volatile.sram
    sram_uncorrectable: ecc.errors.uncorrected.volatile.sram
    dram_correctable: ecc.errors.corrected.volatile.dram
    dram_uncorrectable: ecc.errors.uncorrected.volatile.dram
  aggregate
    sram_correctable: ecc.errors.corrected.aggregate.sram
    sram_uncorrectable: ecc.errors.uncorrected.aggregate.sram
    dram_correctable: ecc.errors.corrected.aggregate.dram
    dram_uncorrectable: ecc.errors.uncorrected.aggregate.dram
ecc_errors ?sources
  volatile
    sram_correctable: ecc.errors.corrected.volatile.sram
    sram_uncorrectable_parity: ecc.errors.uncorrected.volatile.sram.parity
    sram_uncorrectable_secded: ecc.errors.uncorrected.volatile.sram.secded
    dram_correctable: ecc.errors.corrected.volatile.dram
    dram_uncorrectable: ecc.errors.uncorrected.volatile.dram
  aggregate
    sram_correctable: ecc.errors.corrected.aggregate.sram
    sram_uncorrectable_parity: ecc.errors.uncorrected.aggregate.sram.parity
    sram_uncorrectable_secded: ecc.errors.uncorrected.aggregate.sram.secded
    dram_correctable: ecc.errors.corrected.aggregate.dram
    dram_uncorrectable: ecc.errors.uncorrected.aggregate.dram
    sram_threshold_exceeded: ecc.errors.uncorrected.aggregate.sram.thresholdExceeded
  aggregate_uncorrectable_sram_sources
    sram_l2: ecc.errors.uncorrected.aggregate.sram.l2
    sram_sm: ecc.errors.uncorrected.aggregate.sram.sm
    sram_microcontroller: ecc.errors.uncorrected.aggregate.sram.mcu
    sram_pcie: ecc.errors.uncorrected.aggregate.sram.pcie
    sram_other: ecc.errors.uncorrected.aggregate.sram.other
  channel_repair_pending: "No" @580-
  tpc_repair_pending: "No" @580-
  unrepairable_memory: "No" @580.173-589,590-
retired_pages
  multiple_single_bit_retirement
    retired_count: retired_pages.single_bit_ecc.count
    retired_pagelist: "N/A"
  double_bit_retirement
    retired_count: retired_pages.double_bit.count
    retired_pagelist: "N/A"
  pending_blacklist: retired_pages.pending
  pending_retirement: retired_pages.pending
remapped_rows | remapped_rows.pending
  remapped_row_corr: remapped_rows.correctable
  remapped_row_corr_inactive: remapped_rows.correctable_inactive @580.173-589,595-
  remapped_row_unc: remapped_rows.uncorrectable
  remapped_row_unc_inactive: remapped_rows.uncorrectable_inactive @580.173-589,595-
  remapped_row_pending: remapped_rows.pending
  remapped_row_failure: remapped_rows.failure
  row_remapper_histogram
    row_remapper_histogram_max: remapped_rows.histogram.max [bank(s)]
    row_remapper_histogram_high: remapped_rows.histogram.high [bank(s)]
    row_remapper_histogram_partial: remapped_rows.histogram.partial [bank(s)]
    row_remapper_histogram_low: remapped_rows.histogram.low [bank(s)]
    row_remapper_histogram_none: remapped_rows.histogram.none [bank(s)]
temperature
  gpu_temp: temperature.gpu [C]
  gpu_temp_tlimit: temperature.gpu.tlimit [C] @525-
  gpu_temp_max_threshold: temperature.shutdown [C] ?absolute
  gpu_temp_slow_threshold: temperature.slowdown [C] ?absolute
  gpu_temp_max_gpu_threshold: temperature.operation [C] ?absolute
  gpu_temp_max_tlimit_threshold: temperature.shutdown [C] ?distance
  gpu_temp_slow_tlimit_threshold: temperature.slowdown [C] ?distance
  gpu_temp_max_gpu_tlimit_threshold: temperature.operation [C] ?distance
  gpu_target_temperature: "N/A"
  memory_temp: temperature.memory [C]
  gpu_temp_max_mem_threshold: temperature.memory_limit [C] ?absolute
  gpu_temp_max_mem_tlimit_threshold: temperature.memory_limit [C] ?distance
supported_gpu_target_temp
  gpu_target_temp_min: "N/A"
  gpu_target_temp_max: "N/A"
power_readings @-534
  power_state: pstate
  power_management: "Supported"
  power_draw: power.draw [W]
  power_limit: power.limit [W]
  default_power_limit: power.default_limit [W]
  enforced_power_limit: enforced.power.limit [W]
  min_power_limit: power.min_limit [W]
  max_power_limit: power.max_limit [W]
gpu_power_readings @535-
  power_state: pstate
  power_draw: power.draw [W] @-569
  average_power_draw: power.draw.average [W] @570-
  instant_power_draw: power.draw.instant [W] @570-
  current_power_limit: enforced.power.limit [W]
  requested_power_limit: power.limit [W]
  default_power_limit: power.default_limit [W]
  min_power_limit: power.min_limit [W]
  max_power_limit: power.max_limit [W]
gpu_memory_power_readings @550-
  power_draw: power.memory [W] @-569
  average_power_draw: power.memory [W] @570-
  instant_power_draw: "N/A" @570-
module_power_readings @535-
  power_state: pstate
  power_draw: module.power.draw.average [W] @-569
  average_power_draw: module.power.draw.average [W] @570-
  instant_power_draw: module.power.draw.instant [W] @570-
  current_power_limit: module.enforced.power.limit [W]
  requested_power_limit: module.power.limit [W]
  default_power_limit: module.power.default_limit [W]
  min_power_limit: module.power.min_limit [W]
  max_power_limit: module.power.max_limit [W]
power_smoothing: power_smoothing @570-
power_profiles @570-
  power_profile_requested_profiles: "N/A"
  power_profile_enforced_profiles: "N/A"
edpp_multiplier: edpp_multiplier [%] @595-
clocks
  graphics_clock: clocks.current.graphics [MHz]
  sm_clock: clocks.current.sm [MHz]
  mem_clock: clocks.current.memory [MHz]
  video_clock: clocks.current.video [MHz]
applications_clocks
  graphics_clock: clocks.applications.graphics [MHz]
  mem_clock: clocks.applications.memory [MHz]
default_applications_clocks
  graphics_clock: clocks.default_applications.graphics [MHz]
  mem_clock: clocks.default_applications.memory [MHz]
deferred_clocks @525-
  mem_clock: "N/A"
max_clocks
  graphics_clock: clocks.max.graphics [MHz]
  sm_clock: clocks.max.sm [MHz]
  mem_clock: clocks.max.memory [MHz]
  video_clock: clocks.max.video [MHz]
max_customer_boost_clocks
  graphics_clock: clocks.max.graphics [MHz]
clock_policy
  auto_boost: "N/A"
  auto_boost_default: "N/A"
voltage @-579
  graphics_volt: "N/A"
fabric @525-
  state: fabric.state
  status: fabric.status
  cliqueId: fabric.cliqueId @550-
  clusterUuid: fabric.clusterUuid @550-
  health @550-
    summary: fabric.health.summary @580-
    bandwidth: fabric.health.bandwidth
    route_recovery_in_progress: fabric.health.route_recovery_in_progress @570-
    route_unhealthy: fabric.health.route_unhealthy @570-
    access_timeout_recovery: fabric.health.access_timeout_recovery @570-
    incorrect_configuration: fabric.health.incorrect_configuration @580-
    partition_assigned: fabric.health.partition_assigned @580.173-589,595-
supported_clocks: <supportedClocks>
processes: <processes>
accounted_processes: <nothing>
capabilities @570-
  egm: "disabled"
`;
