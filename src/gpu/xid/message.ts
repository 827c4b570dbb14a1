import { busId } from '../pci.ts';

/** What a line of NVIDIA's kernel modules tells. Addresses are as {@link busId} writes them; null where the line has none. */
export type DriverMessage =
  | { readonly kind: 'xid'; readonly bus: string | null; readonly code: number }
  /** A card that fell off the bus, told without its Xid, which is 79. */
  | { readonly kind: 'fallen'; readonly bus: string | null }
  /** The beginning of a message about a card, which the next record may end. */
  | { readonly kind: 'about'; readonly bus: string }
  | { readonly kind: 'sxid'; readonly bus: string | null; readonly code: number; readonly severity: SxidSeverity };

export const sxidSeverities = ['fatal', 'non_fatal'] as const;
export type SxidSeverity = (typeof sxidSeverities)[number];

/**
 * Reads the text of a record; null when it tells of no error. Shapes of lines: https://docs.nvidia.com/deploy/xid-errors/ for Xid (the
 * address with `PCI:` or without, with a MIG instance behind it or not, and the NVLink 5 form, whose details follow the code), and
 * NVIDIA's Fabric Manager user guide for SXid. A switch writes further lines about the same SXid, which have no severity word and
 * are not events.
 */
export function parseMessage(text: string): DriverMessage | null {
  const [, xidAt, xid] = /^NVRM: Xid \(([^)]{1,80})\): (\d{1,5})(?!\d)/.exec(text) ?? [];
  if (xidAt !== undefined) return { kind: 'xid', bus: busId(xidAt), code: Number(xid) };
  const [, sxidAt, sxid, severity] =
    /^nvidia-nvswitch\d{1,4}: SXid \(([^)]{1,80})\): (\d{1,5}), (Fatal|Non-fatal)\b/i.exec(text) ?? [];
  if (sxidAt !== undefined) {
    const fatal = severity?.toLowerCase() === 'fatal';
    return { kind: 'sxid', bus: busId(sxidAt), code: Number(sxid), severity: fatal ? 'fatal' : 'non_fatal' };
  }
  if (!text.startsWith('NVRM:')) return null;
  const bus = busId(text);
  if (/fallen off the bus/i.test(text)) return { kind: 'fallen', bus };
  return bus !== null && /^NVRM: The NVIDIA GPU\b/.test(text) ? { kind: 'about', bus } : null;
}
