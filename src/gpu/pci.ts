import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A PCI address within a text, as the kernel writes it: `0000:cf:00.0`. nvidia-smi writes the domain with eight digits in tables and
 * four in messages, in capitals. Null when there is none.
 */
export function busId(text: string): string | null {
  const [, domain, bus, device, digit] =
    /([0-9a-f]{3,8}):([0-9a-f]{2}):([0-9a-f]{2})(?:\.([0-7]))?(?![0-9a-f])/i.exec(text) ?? [];
  if (domain === undefined || bus === undefined || device === undefined) return null;
  const short = domain.replace(/^0+/, '').padStart(4, '0');
  return `${short}:${bus}:${device}.${digit ?? '0'}`.toLowerCase();
}

/** PCI vendor id of NVIDIA. */
const nvidia = '10de';

/**
 * Whether a device of NVIDIA is on the PCI bus, driver or not. /proc/bus/pci/devices has one line per device; its second word is
 * vendor and device id (linux/drivers/pci/proc.c).
 */
export function hasNvidiaDevice(procRoot: string): boolean {
  try {
    const lines = readFileSync(join(procRoot, 'bus/pci/devices'), 'utf8').split('\n');
    return lines.some((line) => line.split('\t')[1]?.toLowerCase().startsWith(nvidia) ?? false);
  } catch {
    return false;
  }
}

/** Bus ids of the GPUs that the kernel module holds, whether they answer or not: the folders of /proc/driver/nvidia/gpus. */
export function driverDevices(procRoot: string): readonly string[] {
  try {
    const folders = readdirSync(join(procRoot, 'driver/nvidia/gpus'));
    return folders.flatMap((folder) => busId(folder) ?? []);
  } catch {
    return [];
  }
}
