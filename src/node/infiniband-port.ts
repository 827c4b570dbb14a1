import { join } from 'node:path';
import { parseCount, findAttribute } from './attribute.ts';

/**
 * Names and units of what a port tells in the sys file system.
 * https://docs.kernel.org/admin-guide/abi-stable.html (sysfs-class-infiniband); those of hw_counters are the driver's:
 * https://enterprise-support.nvidia.com/s/article/understanding-mlx5-linux-counters-and-status-parameters
 */

/** `/sys/class/infiniband/<device>/ports/<port>/state` is one of these after its number. */
export const portStates = ['down', 'init', 'armed', 'active', 'active_defer', 'unknown'] as const;

export type PortState = (typeof portStates)[number];

/** A counter, the file that holds it, and how many units one count is. */
type Counter<Name extends string> = readonly [name: Name, file: string, scale: number];

/** Data is counted in words of four bytes. */
export const trafficCounters = [
  ['receivedBytes', 'counters/port_rcv_data', 4],
  ['sentBytes', 'counters/port_xmit_data', 4],
  ['receivedPackets', 'counters/port_rcv_packets', 1],
  ['sentPackets', 'counters/port_xmit_packets', 1],
] as const satisfies readonly Counter<string>[];

/** The port's own, then those by which congestion and loss of RoCE show. */
export const errorCounters: readonly Counter<string>[] = [
  ...[
    'symbol_error',
    'link_error_recovery',
    'link_downed',
    'port_rcv_errors',
    'port_rcv_remote_physical_errors',
    'port_rcv_switch_relay_errors',
    'port_rcv_constraint_errors',
    'port_xmit_constraint_errors',
    'port_xmit_discards',
    'port_xmit_wait',
    'local_link_integrity_errors',
    'excessive_buffer_overrun_errors',
    'VL15_dropped',
  ].map((name) => [name.toLowerCase(), `counters/${name}`, 1] as const),
  ...[
    'out_of_sequence',
    'out_of_buffer',
    'packet_seq_err',
    'local_ack_timeout_err',
    'implied_nak_seq_err',
    'rnr_nak_retry_err',
    'roce_adp_retrans',
    'roce_adp_retrans_to',
    'np_cnp_sent',
    'np_ecn_marked_roce_packets',
    'rp_cnp_handled',
    'rx_icrc_encapsulated',
    'req_cqe_error',
    'req_transport_retries_exceeded',
    'resp_cqe_error',
  ].map((name) => [name, `hw_counters/${name}`, 1] as const),
];

/** The counters that the port has, in units. */
export async function countersOf<Name extends string>(
  port: string,
  counters: readonly Counter<Name>[],
): Promise<readonly (readonly [Name, number])[]> {
  const found: [Name, number][] = [];
  for (const [name, file, scale] of counters) {
    const count = parseCount(await findAttribute(join(port, file)));
    // All bits of 64 stand for a counter that the device could not read.
    if (count !== null && count < 2 ** 63) found.push([name, count * scale]);
  }
  return found;
}

/** Of a text such as `4: ACTIVE`. */
export function parseState(text: string | null): PortState {
  const name = /^\d{1,2}: ([A-Z_]{1,20})$/.exec(text ?? '')?.[1]?.toLowerCase();
  return portStates.find((state) => state === name) ?? 'unknown';
}

/** Bytes a second of a text such as `200 Gb/sec (4X HDR)` or `2.5 Gb/sec (1X SDR)`; null where it tells none. */
export function parseRate(text: string | null): number | null {
  const gigabits = /^(\d{1,6}(?:\.\d{1,3})?) Gb\/sec\b/.exec(text ?? '')?.[1];
  return gigabits === undefined || Number(gigabits) === 0 ? null : (Number(gigabits) * 1e9) / 8;
}
