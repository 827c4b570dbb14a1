import { counter, gauge } from '../series/index.ts';

const labels = ['uuid', 'gpu'] as const;

/** What only `nvidia-smi -q -x` tells of a card, by the key of its family in the field table. */
export const documentMetrics = {
  bar1Total: gauge('gradwatch_gpu_bar1_memory_total_bytes', {
    help: 'Window through which the processor and other devices see device memory (BAR1)',
    labels,
  }),
  bar1Used: gauge('gradwatch_gpu_bar1_memory_used_bytes', { help: 'Part of BAR1 that is mapped', labels }),
  bar1Free: gauge('gradwatch_gpu_bar1_memory_free_bytes', { help: 'Part of BAR1 that is free', labels }),
  pcieReplays: counter('gradwatch_gpu_pcie_replays_total', {
    help: 'PCIe packets that were sent again since the last reset of the GPU',
    labels,
  }),
  pcieReplayRollovers: counter('gradwatch_gpu_pcie_replay_rollovers_total', {
    help: 'Times that the replay number of PCIe ran over, after four replays of one packet each',
    labels,
  }),
  pcieThroughput: gauge('gradwatch_gpu_pcie_throughput_bytes_per_second', {
    help: 'PCIe throughput over 20 ms, as the GPU sees it (transmit: from the GPU)',
    labels: [...labels, 'direction'],
  }),
  remapBanks: gauge('gradwatch_gpu_remap_banks', {
    help: 'Banks of device memory by how many spare rows they have left',
    labels: [...labels, 'availability'],
  }),
  remappedRowsInactive: gauge('gradwatch_gpu_remapped_rows_inactive', {
    help: 'Rows of device memory that are remapped but not in use yet, by the errors that caused it',
    labels: [...labels, 'severity'],
  }),
  repairPending: gauge('gradwatch_gpu_repair_pending', {
    help: 'Whether a part of the GPU waits for a reset to be repaired',
    labels: [...labels, 'part'],
  }),
  memoryUnrepairable: gauge('gradwatch_gpu_memory_unrepairable', {
    help: 'Whether device memory has errors that cannot be repaired',
    labels,
  }),
  resetRecommended: gauge('gradwatch_gpu_reset_recommended', {
    help: 'Whether the driver wants the GPU reset (drivers before 570; newer ones tell a recovery action)',
    labels: [...labels, 'kind'],
  }),
  temperatureLimit: gauge('gradwatch_gpu_temperature_limit_celsius', {
    help: 'Temperatures at which the GPU reacts, on cards that tell them as such',
    labels: [...labels, 'limit'],
  }),
  temperatureMarginLimit: gauge('gradwatch_gpu_temperature_margin_limit_celsius', {
    help: 'Temperature margins at which the GPU reacts, on cards that tell limits as distances',
    labels: [...labels, 'limit'],
  }),
  memoryAveragePower: gauge('gradwatch_gpu_memory_average_power_watts', {
    help: 'Power draw of the device memory over one second',
    labels,
  }),
  memoryInstantPower: gauge('gradwatch_gpu_memory_instant_power_watts', {
    help: 'Power draw of the device memory at this moment',
    labels,
  }),
  maxVideoClock: gauge('gradwatch_gpu_max_video_clock_hertz', {
    help: 'Highest clock of the video encoder and decoder',
    labels,
  }),
  maxCustomerBoostClock: gauge('gradwatch_gpu_max_customer_boost_clock_hertz', {
    help: 'Highest clock of the graphics engine that a customer can set as boost',
    labels,
  }),
  voltage: gauge('gradwatch_gpu_voltage_volts', { help: 'Voltage of the graphics engine', labels }),
  captureSessions: gauge('gradwatch_gpu_frame_capture_sessions', {
    help: 'Sessions that capture frame buffers',
    labels,
  }),
  captureFrames: gauge('gradwatch_gpu_frame_capture_frames_per_second', {
    help: 'Mean frames per second of all sessions that capture frame buffers',
    labels,
  }),
  captureLatency: gauge('gradwatch_gpu_frame_capture_latency_seconds', {
    help: 'Mean latency of all sessions that capture frame buffers',
    labels,
  }),
  partitionAssigned: gauge('gradwatch_gpu_fabric_partition_assigned', {
    help: 'Whether the GPU belongs to a partition of the NVLink fabric',
    labels,
  }),
} as const;
