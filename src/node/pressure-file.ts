/** How long tasks were held up for want of a resource, in seconds since boot (of a cgroup: since it was made). */
export interface PressureTotals {
  /** At least one task waited. */
  readonly some: number | null;
  /** All tasks that were not idle waited at the same time. */
  readonly full: number | null;
}

/**
 * Reads pressure stall information: `/proc/pressure/*` and the `*.pressure` files of cgroups. Null where the text has no total.
 * https://docs.kernel.org/accounting/psi.html#pressure-interface
 */
export function parsePressure(text: string): PressureTotals | null {
  const total = (line: 'some' | 'full'): number | null => {
    const microseconds = new RegExp(`^${line} .*\\btotal=(\\d{1,20})\\b`, 'm').exec(text)?.[1];
    return microseconds === undefined ? null : Number(microseconds) / 1e6;
  };
  const totals = { some: total('some'), full: total('full') };
  return totals.some === null && totals.full === null ? null : totals;
}
