/**
 * The fields of `--query-gpu` in the order of the help text, one a line: all names of the field with the header's one first, the unit that
 * the header shows, and the drivers that have it where not all do. The lists of 590 and 595 are as those drivers print them; for
 * older branches a field begins with the branch whose documents or manual page first tell of what it shows.
 */
export const queryFieldLines = `
timestamp
driver_version
kmd_version @595-
vgpu_driver_capability.heterogenous_multivGPU @550-
count
name|gpu_name
serial|gpu_serial
uuid|gpu_uuid
pci.bus_id|gpu_bus_id
pci.domain
pci.bus
pci.device
pci.baseClass @560-
pci.subClass @560-
pci.device_id
pci.sub_device_id
vgpu_device_capability.fractional_multiVgpu @550-
vgpu_device_capability.heterogeneous_timeSlice_profile @550-
vgpu_device_capability.heterogeneous_timeSlice_sizes @550-
vgpu_device_capability.homogeneous_placements @550-
vgpu_device_capability.mig_timeSlicing @550-
vgpu_device_capability.mig_timeSlicing_mode @550-
pcie.link.gen.current
pcie.link.gen.gpucurrent @525-
pcie.link.gen.max
pcie.link.gen.gpumax @525-
pcie.link.gen.hostmax @525-
pcie.link.width.current
pcie.link.width.max
index
display_mode
display_attached @580-
display_active
persistence_mode
addressing_mode @535-
accounting.mode
accounting.buffer_size
driver_model.current
driver_model.pending
vbios_version
inforom.img|inforom.image
inforom.oem
inforom.ecc
inforom.pwr|inforom.power
inforom.checksum_validation @525-
reset_status.reset_required @535-569
reset_status.drain_and_reset_recommended @535-569
gpu_recovery_action @565-
gom.current|gpu_operation_mode.current
gom.pending|gpu_operation_mode.pending
fan.speed [%]
pstate
clocks_throttle_reasons.supported @-534
clocks_event_reasons.supported|clocks_throttle_reasons.supported @535-
clocks_throttle_reasons.active @-534
clocks_event_reasons.active|clocks_throttle_reasons.active @535-
clocks_throttle_reasons.gpu_idle @-534
clocks_event_reasons.gpu_idle|clocks_throttle_reasons.gpu_idle @535-
clocks_throttle_reasons.applications_clocks_setting @-534
clocks_event_reasons.applications_clocks_setting|clocks_throttle_reasons.applications_clocks_setting @535-
clocks_throttle_reasons.sw_power_cap @-534
clocks_event_reasons.sw_power_cap|clocks_throttle_reasons.sw_power_cap @535-
clocks_throttle_reasons.hw_slowdown @-534
clocks_event_reasons.hw_slowdown|clocks_throttle_reasons.hw_slowdown @535-
clocks_throttle_reasons.hw_thermal_slowdown @-534
clocks_event_reasons.hw_thermal_slowdown|clocks_throttle_reasons.hw_thermal_slowdown @535-
clocks_throttle_reasons.hw_power_brake_slowdown @-534
clocks_event_reasons.hw_power_brake_slowdown|clocks_throttle_reasons.hw_power_brake_slowdown @535-
clocks_throttle_reasons.sw_thermal_slowdown @-534
clocks_event_reasons.sw_thermal_slowdown|clocks_throttle_reasons.sw_thermal_slowdown @535-
clocks_throttle_reasons.sync_boost @-534
clocks_event_reasons.sync_boost|clocks_throttle_reasons.sync_boost @535-
clocks_event_reasons_counters.sw_power_cap [us] @575-
clocks_event_reasons_counters.sync_boost [us] @575-
clocks_event_reasons_counters.sw_thermal_slowdown [us] @575-
clocks_event_reasons_counters.hw_thermal_slowdown [us] @575-
clocks_event_reasons_counters.hw_power_brake_slowdown [us] @575-
memory.total [MiB]
memory.reserved [MiB] @510-
memory.used [MiB]
memory.free [MiB]
compute_mode
compute_cap @510-
utilization.gpu [%]
utilization.memory [%]
utilization.encoder [%] @535-
utilization.decoder [%] @535-
utilization.jpeg [%] @535-
utilization.ofa [%] @535-
encoder.stats.sessionCount
encoder.stats.averageFps
encoder.stats.averageLatency
dramEncryption.mode.current @570-
dramEncryption.mode.pending @570-
ecc.mode.current
ecc.mode.pending
ecc.errors.corrected.volatile.device_memory
ecc.errors.corrected.volatile.dram
ecc.errors.corrected.volatile.register_file
ecc.errors.corrected.volatile.l1_cache
ecc.errors.corrected.volatile.l2_cache
ecc.errors.corrected.volatile.texture_memory
ecc.errors.corrected.volatile.cbu
ecc.errors.corrected.volatile.sram
ecc.errors.corrected.volatile.total
ecc.errors.corrected.aggregate.device_memory
ecc.errors.corrected.aggregate.dram
ecc.errors.corrected.aggregate.register_file
ecc.errors.corrected.aggregate.l1_cache
ecc.errors.corrected.aggregate.l2_cache
ecc.errors.corrected.aggregate.texture_memory
ecc.errors.corrected.aggregate.cbu
ecc.errors.corrected.aggregate.sram
ecc.errors.corrected.aggregate.total
ecc.errors.uncorrected.volatile.device_memory
ecc.errors.uncorrected.volatile.dram
ecc.errors.uncorrected.volatile.register_file
ecc.errors.uncorrected.volatile.l1_cache
ecc.errors.uncorrected.volatile.l2_cache
ecc.errors.uncorrected.volatile.texture_memory
ecc.errors.uncorrected.volatile.cbu
ecc.errors.uncorrected.volatile.sram
ecc.errors.uncorrected.volatile.total
ecc.errors.uncorrected.aggregate.device_memory
ecc.errors.uncorrected.aggregate.dram
ecc.errors.uncorrected.aggregate.register_file
ecc.errors.uncorrected.aggregate.l1_cache
ecc.errors.uncorrected.aggregate.l2_cache
ecc.errors.uncorrected.aggregate.texture_memory
ecc.errors.uncorrected.aggregate.cbu
ecc.errors.uncorrected.aggregate.sram
ecc.errors.uncorrected.aggregate.total
ecc.errors.uncorrected.volatile.sram.parity @550-
ecc.errors.uncorrected.volatile.sram.secded @550-
ecc.errors.uncorrected.aggregate.sram.parity @550-
ecc.errors.uncorrected.aggregate.sram.secded @550-
ecc.errors.uncorrected.aggregate.sram.thresholdExceeded @550-
ecc.errors.uncorrected.aggregate.sram.l2 @550-
ecc.errors.uncorrected.aggregate.sram.sm @550-
ecc.errors.uncorrected.aggregate.sram.mcu @550-
ecc.errors.uncorrected.aggregate.sram.pcie @550-
ecc.errors.uncorrected.aggregate.sram.other @550-
retired_pages.single_bit_ecc.count|retired_pages.sbe
retired_pages.double_bit.count|retired_pages.dbe
retired_pages.pending
remapped_rows.correctable|remapped_rows.sbe @550-
remapped_rows.correctable_inactive @595-
remapped_rows.uncorrectable|remapped_rows.dbe @550-
remapped_rows.uncorrectable_inactive @595-
remapped_rows.pending @550-
remapped_rows.failure @550-
remapped_rows.histogram.max @570-
remapped_rows.histogram.high @570-
remapped_rows.histogram.partial @570-
remapped_rows.histogram.low @570-
remapped_rows.histogram.none @570-
temperature.gpu
temperature.gpu.tlimit @525-
temperature.memory
power.management
power.draw [W]
power.draw.average|gpu.power.draw.average [W] @535-
power.draw.instant|gpu.power.draw.instant [W] @535-
power.limit|gpu.power.requested_limit [W]
enforced.power.limit|gpu.power.current_limit [W]
power.default_limit|gpu.power.default_limit [W]
power.min_limit|gpu.power.min_limit [W]
power.max_limit|gpu.power.max_limit [W]
module.power.draw.average [W] @545-
module.power.draw.instant [W] @545-
module.power.limit|module.power.requested_limit [W] @545-
module.enforced.power.limit|module.power.current_limit [W] @545-
module.power.default_limit [W] @545-
module.power.min_limit [W] @545-
module.power.max_limit [W] @545-
power_smoothing.delayed_power_smoothing_supported @570-594
power_smoothing.primary_power_floor [W] @570-594
power_smoothing.secondary_power_floor [W] @570-594
power_smoothing.min_primary_floor_activation_offset [W] @570-594
power_smoothing.min_primary_floor_activation_point [W] @570-594
power_smoothing.window_multiplier [ms] @570-594
power_smoothing.curr_profile.secondary_power_floor [W] @570-594
power_smoothing.curr_profile.primary_floor_act_window_multiplier @570-594
power_smoothing.curr_profile.primary_floor_tar_window_multiplier @570-594
power_smoothing.curr_profile.primary_floor_act_offset [W] @570-594
power_smoothing.admin_override.secondary_power_floor [W] @570-594
power_smoothing.admin_override.primary_floor_act_window_multiplier @570-594
power_smoothing.admin_override.primary_floor_tar_window_multiplier @570-594
power_smoothing.admin_override.primary_floor_act_offset [W] @570-594
edpp_multiplier [%] @580-
clocks.current.graphics|clocks.gr [MHz]
clocks.current.sm|clocks.sm [MHz]
clocks.current.memory|clocks.mem [MHz]
clocks.current.video|clocks.video [MHz]
clocks.applications.graphics|clocks.applications.gr [MHz]
clocks.applications.memory|clocks.applications.mem [MHz]
clocks.default_applications.graphics|clocks.default_applications.gr [MHz]
clocks.default_applications.memory|clocks.default_applications.mem [MHz]
clocks.max.graphics|clocks.max.gr [MHz]
clocks.max.sm [MHz]
clocks.max.memory|clocks.max.mem [MHz]
mig.mode.current @450-
mig.mode.pending @450-
gsp.mode.current @525-
gsp.mode.default @525-
c2c.mode @535-
protected_memory.total [MiB] @535-
protected_memory.used [MiB] @535-
protected_memory.free [MiB] @535-
fabric.state @525-
fabric.status @525-
fabric.cliqueId @550-
fabric.clusterUuid @550-
fabric.health.summary @580-
fabric.health.bandwidth @570-
fabric.health.route_recovery_in_progress @570-
fabric.health.route_unhealthy @570-
fabric.health.access_timeout_recovery @570-
fabric.health.incorrect_configuration @580-
fabric.health.partition_assigned @595-
platform.chassis_serial_number @570-
platform.slot_number @570-
platform.tray_index @570-
platform.host_id @570-
platform.peer_type @570-
platform.module_id @570-
platform.gpu_fabric_guid @570-
hostname @580-
`;
