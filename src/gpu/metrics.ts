import { counter, gauge, info, states, type Metric } from '../series/index.ts';
import { detailMetrics } from './detail-metrics.ts';
import { documentMetrics } from './document-metrics.ts';
import { callMetrics, sourceMetrics } from './sources.ts';

const labels = ['uuid', 'gpu'] as const;

/** What nvidia-smi says of a card besides its figures. */
export const gpuStates = [
  'ok',
  'lost',
  'requires_reset',
  'unknown_error',
  'not_permitted',
  'initializing',
  /** It was well, but nothing has been heard of it since for too long. */
  'unknown',
] as const;
export type GpuState = (typeof gpuStates)[number];

/** What every GPU tells, by the key of its family in the field table. */
const vitalMetrics = {
  utilization: gauge('gradwatch_gpu_utilization_ratio', {
    help: 'Share of the last sample period of the driver in which a kernel ran, not the work done',
    labels,
  }),
  memoryUtilization: gauge('gradwatch_gpu_memory_utilization_ratio', {
    help: 'Share of the last sample period of the driver in which device memory was read or written',
    labels,
  }),
  memoryTotal: gauge('gradwatch_gpu_memory_total_bytes', { help: 'Installed device memory', labels }),
  memoryUsed: gauge('gradwatch_gpu_memory_used_bytes', {
    help: 'Device memory allocated by active contexts',
    labels,
  }),
  memoryFree: gauge('gradwatch_gpu_memory_free_bytes', { help: 'Free device memory', labels }),
  memoryReserved: gauge('gradwatch_gpu_memory_reserved_bytes', {
    help: 'Device memory reserved by driver and firmware',
    labels,
  }),
  temperature: gauge('gradwatch_gpu_temperature_celsius', { help: 'Temperature of the GPU core', labels }),
  memoryTemperature: gauge('gradwatch_gpu_memory_temperature_celsius', {
    help: 'Temperature of the device memory',
    labels,
  }),
  power: gauge('gradwatch_gpu_power_watts', {
    help: 'Power draw of the board, over one second on Ampere and newer, else instantaneous',
    labels,
  }),
  powerLimit: gauge('gradwatch_gpu_power_limit_watts', { help: 'Power limit that is enforced', labels }),
  smClock: gauge('gradwatch_gpu_sm_clock_hertz', { help: 'Clock of the streaming multiprocessors', labels }),
  memoryClock: gauge('gradwatch_gpu_memory_clock_hertz', { help: 'Clock of the device memory', labels }),
  fan: gauge('gradwatch_gpu_fan_ratio', {
    help: 'Intended fan speed as a share of its maximum, which it may exceed',
    labels,
  }),
  performanceState: gauge('gradwatch_gpu_performance_state', {
    help: 'Performance state, from 0 for the highest performance to 15 for the lowest',
    labels,
  }),
} as const;

/** What is read of one GPU. */
export const readingMetrics = { ...vitalMetrics, ...detailMetrics, ...documentMetrics } as const;
export type FamilyKey = keyof typeof readingMetrics;

/** Families of states, of which one holds. */
export type StatesKey = 'computeMode' | 'addressingMode' | 'recoveryAction' | 'fabricState' | 'fabricHealth';

/** Every metric whose labels begin with those of a card. */
export const cardMetrics = {
  state: states('gradwatch_gpu_state', {
    help: 'State of the GPU as nvidia-smi tells it; unknown when a GPU that was ok has not been told of for longer than readings stay valid: nvidia-smi hangs, fails or is late',
    labels,
    states: gpuStates,
  }),
  ...readingMetrics,
} as const satisfies Readonly<Record<string, Metric>>;

export const infoMetrics = {
  info: info('gradwatch_gpu_info', {
    help: 'What the GPU is; gpu is the index at which its uuid was first seen, pci_bus is written as the kernel does',
    labels: ['uuid', 'gpu', 'name', 'driver', 'pci_bus'],
  }),
} as const;

/** Facts that change rarely; their labels beyond those of the card are the texts of the field table. */
export const factMetrics = {
  board: info('gradwatch_gpu_board_info', {
    help: 'Board and firmware of the GPU; a label is empty where nvidia-smi does not tell, as compute_capability where -q -x alone is read',
    labels: [
      ...labels,
      'serial',
      'vbios',
      'inforom_image',
      'inforom_oem',
      'inforom_ecc',
      'inforom_power',
      'compute_capability',
      'pci_device_id',
      'pci_sub_device_id',
    ],
  }),
  fabric: info('gradwatch_gpu_fabric_info', {
    help: 'NVLink domain to which the GPU belongs',
    labels: [...labels, 'clique_id', 'cluster_uuid'],
  }),
  product: info('gradwatch_gpu_product_info', {
    help: 'What the product is, and what it runs in',
    labels: [
      ...labels,
      'brand',
      'architecture',
      'board_part_number',
      'gpu_part_number',
      'gsp_firmware',
      'virtualization',
    ],
  }),
  platform: info('gradwatch_gpu_platform_info', {
    help: 'Where the GPU sits in its chassis',
    labels: [...labels, 'chassis_serial_number', 'slot', 'tray', 'host_id', 'peer_type', 'module_id', 'fabric_guid'],
  }),
} as const;
export type FactKey = keyof typeof factMetrics;
export type TextKey = Exclude<(typeof factMetrics)[FactKey]['labels'][number], 'uuid' | 'gpu'>;

export const deviceMetrics = {
  seen: gauge('gradwatch_gpu_devices_seen', {
    help: 'GPUs in the last sample that are not lost; 0 while no GPU has a handle',
  }),
  expected: gauge('gradwatch_gpu_devices_expected', {
    help: 'GPUs that this node should have: as configured, else the most that were ever listed',
  }),
  unreadable: counter('gradwatch_gpu_unreadable_rows_total', {
    help: 'Rows of nvidia-smi that were dropped because they do not fit their header or belong to no GPU',
  }),
} as const;

export const droppedMetrics = {
  dropped: counter('gradwatch_gpu_dropped_values_total', {
    help: 'Figures of nvidia-smi that were dropped: impossible, in an unknown unit, or malformed; by its name for the field',
    labels: ['field', 'reason'],
  }),
} as const;

/** Every metric of the GPU collector. */
export const gpuMetrics = {
  ...infoMetrics,
  ...factMetrics,
  ...cardMetrics,
  ...deviceMetrics,
  ...droppedMetrics,
  ...sourceMetrics,
  ...callMetrics,
} as const;
