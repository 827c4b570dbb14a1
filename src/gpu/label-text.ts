import type { TextKey } from './metrics.ts';

/** More than any of them has; names are given freely. */
const longest = 128;

/**
 * A text of nvidia-smi as the label that it becomes, the same from `--query-gpu` and from `-q -x`: those differ in how they write PCI
 * ids, `0x233010DE` and `233010DE`. Control characters, which a broken infoROM or the name of a process may hold, are replaced.
 * @param key null: any other text
 */
export function labelText(key: TextKey | null, text: string): string {
  const isPciId = key === 'pci_device_id' || key === 'pci_sub_device_id';
  const [, digits] = isPciId ? (/^(?:0x)?([0-9a-f]{8})$/i.exec(text) ?? []) : [];
  return digits === undefined ? text.slice(0, longest).replaceAll(/\p{Cc}/gu, '\uFFFD') : `0x${digits.toUpperCase()}`;
}
