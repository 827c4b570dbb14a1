import type { SxidSeverity } from './message.ts';

/**
 * What to do about an SXid of an NVLink switch: appendix D of NVIDIA's Fabric Manager user guide, DU-09883-001 v1.3 (October 2023),
 * https://docs.nvidia.com/datacenter/tesla/pdf/fabric-manager-user-guide.pdf. The guide has some eighty codes that may be fatal to
 * the GPUs of a link (D.5) or be none; there the severity that the switch itself tells says which.
 */
const codesByAction = {
  /** Always fatal to the whole fabric (D.6): the host is restarted. */
  restart_node: [12020, 22003, 22011, ...Array.from({ length: 17 }, (_, at) => 23001 + at)],
  /** All GPUs and switches of the node are reset together (D.4, D.7, D.9). */
  reset_fabric: [10003, 19084],
  /** The guest whose links they are is restarted; on bare metal its application, which ends with Xid 45 (D.4). */
  restart_vm: [11004, 12028],
  /** Look for a connection that is not tight, unless the other end was shut down (D.4, D.5). */
  check_links: [20012, 22012],
  /** The switch is too hot, and may narrow its links (D.7). */
  check_cooling: [10004, 10005],
  /** The switch has corrected it, or sent again (D.4). */
  none: [
    ...[11012, 11021, 11022, 11023, 12021, 12023, 15008, 15011, 19049, 19055, 19057, 19059, 19062, 19065, 19068, 19071],
    ...[20001, 20009, 22013, 24001, 24002, 24003],
  ],
} as const;

export type SxidAction = keyof typeof codesByAction | 'unknown';

/** Whom a code concerns, in the classes of an Xid. */
const classByAction = {
  restart_node: 'critical',
  reset_fabric: 'critical',
  restart_vm: 'operator',
  check_links: 'operator',
  check_cooling: 'operator',
  none: 'informational',
  unknown: 'unknown',
} as const satisfies Readonly<Record<SxidAction, string>>;

const actions = new Map<number, SxidAction>(
  Object.entries(codesByAction).flatMap(([action, codes]) =>
    codes.map((code) => [code, action as SxidAction] as const),
  ),
);

/** Of a fatal error the reset (D.5, D.9), where its code alone does not say what to do. */
export function switchAdvice(
  code: number,
  severity: SxidSeverity,
): { readonly action: SxidAction; readonly class: string } {
  const known = actions.get(code) ?? 'unknown';
  const action = severity === 'fatal' && (known === 'unknown' || known === 'none') ? 'reset_fabric' : known;
  return { action, class: classByAction[action] };
}
