import { gauge, info } from '../series/index.ts';

export const infoMetrics = {
  info: info('gradwatch_node_info', {
    help: 'Names of the node: its host name as the exporter sees it, operating system, kernel, architecture and processor',
    labels: ['hostname', 'os', 'kernel', 'architecture', 'cpu_model'],
  }),
} as const;

export const bootMetrics = {
  boot: gauge('gradwatch_node_boot_timestamp_seconds', { help: 'Unix time at which the node was started' }),
} as const;

export const boardMetrics = {
  board: info('gradwatch_node_board_info', {
    help: 'Maker and model of the machine and of its mainboard',
    labels: ['manufacturer', 'model', 'board_manufacturer', 'board_model'],
  }),
} as const;

export const memoryModuleMetrics = {
  memoryModule: info('gradwatch_node_memory_module_info', {
    help: 'A memory module: its slot counted from 0, its bank as the mainboard names it, type, maker, part number and size',
    labels: ['slot', 'bank', 'type', 'manufacturer', 'part', 'size_bytes'],
  }),
} as const;

export const diskMetrics = {
  disk: info('gradwatch_node_disk_info', {
    help: 'A disk: device as the kernel names it, maker, model, kind and bus',
    labels: ['device', 'vendor', 'model', 'type', 'bus'],
  }),
} as const;

export const interfaceMetrics = {
  interface: info('gradwatch_node_network_interface_info', {
    help: 'A network interface of the machine: hardware address and kind',
    labels: ['device', 'mac', 'type'],
  }),
} as const;
