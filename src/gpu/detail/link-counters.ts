/** What a line of `nvidia-smi nvlink` such as `Symbol Errors: 3` says of its link. */
export type LinkFact =
  /** Errors of a kind since the driver was loaded. */
  | { readonly fact: 'errors'; readonly kind: string; readonly count: number }
  /** The share of bits that were wrong, by where they were counted. */
  | { readonly fact: 'bit_errors'; readonly kind: string; readonly ratio: number }
  /** Payload that went over it since the driver was loaded. */
  | {
      readonly fact: 'traffic';
      readonly direction: 'transmit' | 'receive';
      readonly bytes: number;
      readonly of: string;
    };

/**
 * Kinds of errors by what drivers are known to print: up to NVLink 4 (`Replay Errors`, drivers 390 and later), and for NVLink 5 since
 * driver 560, with more in 570, 595 and 610 (nvidia-smi(1), CHANGES). Others get a name by the same rule, {@link kindOf}.
 */
export const linkErrorKinds = [
  ...['replay', 'recovery', 'crc', 'crc_flit', 'crc_data'],
  ...['malformed_packet', 'buffer_overrun', 'rx', 'rx_remote', 'rx_general', 'local_link_integrity', 'tx_discards'],
  ...['link_recovery_successful', 'link_recovery_failed', 'effective', 'symbol', 'fec_corrected'],
  ...['plr_xmit_retry_blocks', 'raw_lane_0', 'raw_lane_1'],
] as const;

/** Words by which a counter is one of errors: what else is counted (packets, blocks) is traffic. */
const errorWords =
  /\b(errors?|discards?|drop(s|ped)?|events?|fail(s|ed|ures?)?|faults?|overruns?|recover(y|ies)|replays?|retr(y|ies)|timeouts?)\b/i;

const bytesIn: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['bytes', 1],
  ['kib', 2 ** 10],
  ['kbytes', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
]);

/**
 * Reads what stands behind `Link 3:`, by its shape and not by a list of names, since drivers bring new ones.
 * @returns null for what is no figure, or none of these
 */
export function linkFact(name: string, value: string): LinkFact | null {
  const [, figure, unit = ''] = /^(\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?)\s*([a-z]*)$/i.exec(value) ?? [];
  if (figure === undefined) return null;
  const [, of = '', way] = /^(?:(data|raw)\s+)?([tr]x)(?:\d|\s+bytes)?$/i.exec(name) ?? [];
  if (way !== undefined) {
    const factor = bytesIn.get(unit.toLowerCase());
    const direction = /^t/i.test(way) ? 'transmit' : 'receive';
    return factor === undefined
      ? null
      : { fact: 'traffic', direction, bytes: factor * Number(figure), of: of.toLowerCase() };
  }
  if (unit !== '') return null;
  const [, where] = /^(.{1,40}?)\s+ber\b(.*)$/i.exec(name) ?? [];
  if (where !== undefined) {
    const ratio = bitErrorRatio(figure);
    return ratio > 1 ? null : { fact: 'bit_errors', kind: kindOf(name.replace(/\bber\b/i, '')), ratio };
  }
  // A sum of others would count them twice.
  if (!errorWords.test(name) || /^total\b/i.test(name) || !/^\d+$/.test(figure)) return null;
  const [, corrected] = /^fec\s+errors\s*-?\s*(\d+)$/i.exec(name) ?? [];
  // The words in which nothing had to be corrected are the first of the histogram.
  if (corrected !== undefined && Number(corrected) === 0) return null;
  const kind = corrected === undefined ? kindOf(name) : 'fec_corrected';
  return kind === '' ? null : { fact: 'errors', kind, count: Number(figure) };
}

/** `Local link integrity Errors` is `local_link_integrity`. */
function kindOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\b(errors?|events?|counts?|counters?)\b/g, ' ')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 48);
}

/**
 * `15e-255`, or the figure into which NVML packs the same: the exponent in the lowest 8 bits, the mantissa in the next 4
 * (NVML_NVLINK_BER_EXP_WIDTH, NVML_NVLINK_BER_MANTISSA_WIDTH).
 */
function bitErrorRatio(figure: string): number {
  if (!/^\d+$/.test(figure)) return Number(figure);
  const packed = Number(figure);
  return ((packed >> 8) & 0xf) * 10 ** -(packed & 0xff);
}
