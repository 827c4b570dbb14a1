/**
 * What to do about an Xid: the immediate action of NVIDIA's Xid catalogue for Ampere and newer,
 * https://docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html (as of October 2025). Sources disagree about some codes, so this
 * is a table, and a code that is not in it has no action.
 */
const codesByAction = {
  restart_node: [79],
  reset_gpu: [46, 62, 64, 95, 109, 110, 119, 120, 136, 140, 143, 155, 156, 158],
  /** The catalogue has a procedure of its own for the code. */
  follow_workflow: [45, 48, 74, 144, 145, 146, 147, 148, 149, 150, 154],
  check_power: [54],
  update_driver: [78],
  restart_vm: [151],
  restart_application: [
    ...[8, 11, 13, 25, 31, 32, 39, 40, 41, 60, 68, 69, 70, 71, 72, 75, 76, 77, 80, 82, 83, 84, 85, 86, 88, 89, 94, 96],
    ...[97, 98, 99, 100, 101, 102, 103, 104, 105, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135, 139],
  ],
  none: [14, 37, 38, 43, 44, 63, 66, 67, 92, 93, 106, 107, 108, 121, 137, 141, 152, 153, 157, 160, 161],
} as const;

export type XidAction = keyof typeof codesByAction | 'unknown';

/** Whom a code concerns. */
const classByAction = {
  restart_node: 'critical',
  reset_gpu: 'critical',
  follow_workflow: 'operator',
  check_power: 'operator',
  update_driver: 'operator',
  restart_vm: 'operator',
  restart_application: 'application',
  none: 'informational',
  unknown: 'unknown',
} as const satisfies Readonly<Record<XidAction, string>>;

const actions = new Map<number, XidAction>(
  Object.entries(codesByAction).flatMap(([action, codes]) => codes.map((code) => [code, action as XidAction] as const)),
);

export function adviceFor(code: number): { readonly action: XidAction; readonly class: string } {
  const action = actions.get(code) ?? 'unknown';
  return { action, class: classByAction[action] };
}

/**
 * Codes on which whoever runs the node must act: they exist at zero before their first event. An application that must be restarted is
 * its owner's to see, when it has happened.
 */
export const operatorCodes: readonly number[] = [...actions.keys()]
  .filter((code) => ['critical', 'operator'].includes(adviceFor(code).class))
  .sort((a, b) => a - b);
