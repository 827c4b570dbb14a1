import type { Metric } from '../series/index.ts';
import type { Inventory } from './inventory-facts.ts';
import type {
  boardMetrics,
  diskMetrics,
  infoMetrics,
  interfaceMetrics,
  memoryModuleMetrics,
} from './inventory-metrics.ts';

type Labels<Of extends Metric> = Record<Of['labels'][number], string>;

/** The labels of `gradwatch_node_info`. The distribution of a container image is not the node's, so it is left out there. */
export function infoLabels({ os, cpu }: Inventory, container: boolean): Labels<typeof infoMetrics.info> {
  return {
    hostname: os.hostname,
    os: container ? '' : `${os.distro} ${os.release}`.trim(),
    kernel: os.kernel,
    architecture: os.arch,
    cpu_model: `${cpu.manufacturer} ${cpu.brand}`.trim(),
  };
}

/** None where nothing is known: in a container the library calls the machine a container. */
export function boardLabels(
  { system, baseboard }: Inventory,
  container: boolean,
): readonly Labels<typeof boardMetrics.board>[] {
  const labels = {
    manufacturer: system.manufacturer,
    model: container && / container$/i.test(system.model) ? '' : system.model,
    board_manufacturer: baseboard.manufacturer,
    board_model: baseboard.model,
  };
  return Object.values(labels).some((value) => value !== '') ? [labels] : [];
}

/** Where it may not read the tables of the firmware, the library makes one module of all memory up: without a type, it is none. */
export function moduleLabels({ memory }: Inventory): readonly Labels<typeof memoryModuleMetrics.memoryModule>[] {
  return memory
    .map(({ bank, type, manufacturer, partNum, size }, slot) => ({
      slot: String(slot),
      bank,
      type,
      manufacturer,
      part: partNum,
      size_bytes: String(size),
    }))
    .filter(({ type, size_bytes: size }) => type !== '' && /^[1-9]\d*$/.test(size));
}

export function diskLabels({ disks }: Inventory): readonly Labels<typeof diskMetrics.disk>[] {
  return disks
    .map(({ device, vendor, name, type, interfaceType }) => ({
      device: device.replace(/^\/dev\//, ''),
      vendor,
      model: name,
      type,
      bus: interfaceType,
    }))
    .filter(({ device }) => device !== '');
}

/** The interfaces of a container are its own, not the node's. */
export function interfaceLabels(
  { interfaces }: Inventory,
  container: boolean,
): readonly Labels<typeof interfaceMetrics.interface>[] {
  if (container) return [];
  return interfaces
    .filter(({ iface, internal, virtual }) => iface !== '' && !internal && !virtual)
    .map(({ iface, mac, type }) => ({ device: iface, mac, type }));
}
