import type { Severity } from '../detect/index.ts';
import type { Condition } from '../runs/index.ts';
import type { Finding } from './finding.ts';

/** How a rank fares by the severity of what is found about it. */
const conditions: Readonly<Record<Severity, Condition>> = { info: 'healthy', warning: 'degraded', critical: 'failing' };

/** The condition of a rank, by the worst of the open findings about it or its run. */
export function conditionOf(open: readonly Finding[]): Condition {
  const found = new Set(open.map(({ severity }) => conditions[severity]));
  return found.has('failing') ? 'failing' : found.has('degraded') ? 'degraded' : 'healthy';
}
