import { counter, gauge, states } from '../series/index.ts';

const labels = ['uuid', 'gpu'] as const;

/** States of the `states` families, in the words of the driver. `other` is one that is not known here. */
export const computeModes = ['default', 'exclusive_thread', 'prohibited', 'exclusive_process', 'other'] as const;
export const addressingModes = ['none', 'hmm', 'ats', 'other'] as const;
export const recoveryActions = ['none', 'reset', 'reboot', 'drain_p2p', 'drain_and_reset', 'other'] as const;
export const fabricStates = ['not_supported', 'not_started', 'in_progress', 'completed', 'other'] as const;
export const fabricHealths = ['healthy', 'unhealthy', 'limited_capacity', 'other'] as const;

/** What some cards or drivers tell, by the key of its family in the field table. */
export const detailMetrics = {
  averagePower: gauge('gradwatch_gpu_average_power_watts', { help: 'Power draw of the card over one second', labels }),
  instantPower: gauge('gradwatch_gpu_instant_power_watts', { help: 'Power draw of the card at this moment', labels }),
  requestedPowerLimit: gauge('gradwatch_gpu_requested_power_limit_watts', {
    help: 'Power limit that software asked for; the enforced one may be lower',
    labels,
  }),
  defaultPowerLimit: gauge('gradwatch_gpu_default_power_limit_watts', {
    help: 'Power limit after a reload of the driver',
    labels,
  }),
  minPowerLimit: gauge('gradwatch_gpu_min_power_limit_watts', { help: 'Lowest power limit that can be set', labels }),
  maxPowerLimit: gauge('gradwatch_gpu_max_power_limit_watts', { help: 'Highest power limit that can be set', labels }),
  modulePower: gauge('gradwatch_gpu_module_average_power_watts', {
    help: 'Power draw over one second of the module on which GPU and CPU sit',
    labels,
  }),
  moduleInstantPower: gauge('gradwatch_gpu_module_instant_power_watts', {
    help: 'Power draw at this moment of the module on which GPU and CPU sit',
    labels,
  }),
  modulePowerLimit: gauge('gradwatch_gpu_module_power_limit_watts', {
    help: 'Power limit of the module that is enforced',
    labels,
  }),
  moduleRequestedPowerLimit: gauge('gradwatch_gpu_module_requested_power_limit_watts', {
    help: 'Power limit of the module that software asked for',
    labels,
  }),
  moduleDefaultPowerLimit: gauge('gradwatch_gpu_module_default_power_limit_watts', {
    help: 'Power limit of the module after a reload of the driver',
    labels,
  }),
  moduleMinPowerLimit: gauge('gradwatch_gpu_module_min_power_limit_watts', {
    help: 'Lowest power limit of the module that can be set',
    labels,
  }),
  moduleMaxPowerLimit: gauge('gradwatch_gpu_module_max_power_limit_watts', {
    help: 'Highest power limit of the module that can be set',
    labels,
  }),
  edppMultiplier: gauge('gradwatch_gpu_edpp_multiplier_ratio', {
    help: 'Multiplier of the electrical design point peak, as a share',
    labels,
  }),
  temperatureMargin: gauge('gradwatch_gpu_temperature_margin_celsius', {
    help: 'Degrees that the GPU is below the temperature at which it slows down',
    labels,
  }),
  graphicsClock: gauge('gradwatch_gpu_graphics_clock_hertz', { help: 'Clock of the graphics engine', labels }),
  videoClock: gauge('gradwatch_gpu_video_clock_hertz', { help: 'Clock of the video encoder and decoder', labels }),
  maxGraphicsClock: gauge('gradwatch_gpu_max_graphics_clock_hertz', {
    help: 'Highest clock of the graphics engine',
    labels,
  }),
  maxSmClock: gauge('gradwatch_gpu_max_sm_clock_hertz', {
    help: 'Highest clock of the streaming multiprocessors',
    labels,
  }),
  maxMemoryClock: gauge('gradwatch_gpu_max_memory_clock_hertz', {
    help: 'Highest clock of the device memory',
    labels,
  }),
  applicationGraphicsClock: gauge('gradwatch_gpu_application_graphics_clock_hertz', {
    help: 'Clock of the graphics engine at which the user wants applications to run',
    labels,
  }),
  applicationMemoryClock: gauge('gradwatch_gpu_application_memory_clock_hertz', {
    help: 'Clock of the device memory at which the user wants applications to run',
    labels,
  }),
  defaultApplicationGraphicsClock: gauge('gradwatch_gpu_default_application_graphics_clock_hertz', {
    help: 'Clock of the graphics engine at which applications run unless told otherwise',
    labels,
  }),
  defaultApplicationMemoryClock: gauge('gradwatch_gpu_default_application_memory_clock_hertz', {
    help: 'Clock of the device memory at which applications run unless told otherwise',
    labels,
  }),
  pcieGeneration: gauge('gradwatch_gpu_pcie_generation', { help: 'PCIe generation of the link now', labels }),
  pcieMaxGeneration: gauge('gradwatch_gpu_pcie_max_generation', {
    help: 'Highest PCIe generation that this GPU and this system can have together',
    labels,
  }),
  pcieGpuMaxGeneration: gauge('gradwatch_gpu_pcie_gpu_max_generation', {
    help: 'Highest PCIe generation that the GPU supports',
    labels,
  }),
  pcieHostMaxGeneration: gauge('gradwatch_gpu_pcie_host_max_generation', {
    help: 'Highest PCIe generation that the port above the GPU supports',
    labels,
  }),
  pcieWidth: gauge('gradwatch_gpu_pcie_lanes', { help: 'PCIe lanes of the link now', labels }),
  pcieMaxWidth: gauge('gradwatch_gpu_pcie_max_lanes', {
    help: 'Most PCIe lanes that this GPU and this system can have together',
    labels,
  }),
  encoderSessions: gauge('gradwatch_gpu_encoder_sessions', { help: 'Sessions of the video encoder', labels }),
  encoderFrames: gauge('gradwatch_gpu_encoder_frames_per_second', {
    help: 'Mean frames per second of all sessions of the video encoder',
    labels,
  }),
  encoderLatency: gauge('gradwatch_gpu_encoder_latency_seconds', {
    help: 'Mean latency of all sessions of the video encoder',
    labels,
  }),
  protectedMemoryTotal: gauge('gradwatch_gpu_protected_memory_total_bytes', {
    help: 'Device memory that is protected for confidential computing',
    labels,
  }),
  protectedMemoryUsed: gauge('gradwatch_gpu_protected_memory_used_bytes', {
    help: 'Protected device memory in use',
    labels,
  }),
  protectedMemoryFree: gauge('gradwatch_gpu_protected_memory_free_bytes', {
    help: 'Protected device memory that is free',
    labels,
  }),
  sramThresholdExceeded: gauge('gradwatch_gpu_sram_threshold_exceeded', {
    help: 'Whether uncorrected errors of SRAM are so many that the GPU should be replaced',
    labels,
  }),
  retiredPagesPending: gauge('gradwatch_gpu_retired_pages_pending', {
    help: 'Whether pages of device memory wait for the next boot to be retired',
    labels,
  }),
  remappedRowsPending: gauge('gradwatch_gpu_remapped_rows_pending', {
    help: 'Whether rows of device memory wait for a reset of the GPU to be remapped',
    labels,
  }),
  remappedRowsFailed: gauge('gradwatch_gpu_remapped_rows_failed', {
    help: 'Whether a row of device memory could ever not be remapped',
    labels,
  }),
  inforomCorrupt: gauge('gradwatch_gpu_inforom_corrupt', {
    help: 'Whether the checksum of the configuration memory of the card is wrong',
    labels,
  }),
  displayAttached: gauge('gradwatch_gpu_display_attached', { help: 'Whether a display is connected', labels }),
  computeMode: states('gradwatch_gpu_compute_mode_state', {
    help: 'Who may compute on the GPU',
    labels,
    states: computeModes,
  }),
  addressingMode: states('gradwatch_gpu_addressing_mode_state', {
    help: 'How the GPU addresses memory of the system',
    labels,
    states: addressingModes,
  }),
  recoveryAction: states('gradwatch_gpu_recovery_action_state', {
    help: 'What the driver recommends to recover the GPU',
    labels,
    states: recoveryActions,
  }),
  fabricState: states('gradwatch_gpu_fabric_state', {
    help: 'Registration of the GPU with the NVLink fabric',
    labels,
    states: fabricStates,
  }),
  fabricHealth: states('gradwatch_gpu_fabric_health_state', {
    help: 'Health of the NVLink fabric as the GPU sees it',
    labels,
    states: fabricHealths,
  }),

  engineUtilization: gauge('gradwatch_gpu_engine_utilization_ratio', {
    help: 'Share of the last sample period of the driver in which a video, JPEG or optical flow engine worked',
    labels: [...labels, 'engine'],
  }),
  clockEvent: gauge('gradwatch_gpu_clock_event_active', {
    help: 'Whether the clocks are held down, by reason',
    labels: [...labels, 'reason'],
  }),
  clockEventTime: counter('gradwatch_gpu_clock_event_seconds_total', {
    help: 'Time for which the clocks were held down, by reason, as the driver counts it',
    labels: [...labels, 'reason'],
  }),
  eccErrors: counter('gradwatch_gpu_ecc_errors_total', {
    help: 'ECC errors since the driver was loaded (volatile) or ever (aggregate); locations contain each other, total is the sum of the driver',
    labels: [...labels, 'location', 'severity', 'window'],
  }),
  retiredPages: counter('gradwatch_gpu_retired_pages_total', {
    help: 'Pages of device memory that were ever retired, by the errors that caused it',
    labels: [...labels, 'cause'],
  }),
  remappedRows: counter('gradwatch_gpu_remapped_rows_total', {
    help: 'Rows of device memory that were ever remapped, by the errors that caused it',
    labels: [...labels, 'severity'],
  }),
  enabled: gauge('gradwatch_gpu_mode_enabled', {
    help: 'Whether a mode of the card or its driver is on',
    labels: [...labels, 'mode'],
  }),
  pending: gauge('gradwatch_gpu_mode_pending_enabled', {
    help: 'Whether a mode of the card will be on after its next reset',
    labels: [...labels, 'mode'],
  }),
  fabricImpaired: gauge('gradwatch_gpu_fabric_impaired', {
    help: 'Whether the NVLink fabric is impaired for the GPU, by aspect',
    labels: [...labels, 'aspect'],
  }),
} as const;
