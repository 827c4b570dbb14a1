import type { BundleConfig } from './config.ts';

/** The dashboard's address within Grafana; it never changes. */
export const runDashboardUid = 'gradwatch-run';

export function runbookLink({ runbookUrl }: BundleConfig, alertName: string): string {
  return `${runbookUrl}/${alertName}.md`;
}

/** Opens the dashboard with these values of its variables, already encoded. */
export function dashboardLink({ grafanaUrl }: BundleConfig, variables: Readonly<Record<string, string>>): string {
  const query = Object.entries(variables).map(([name, value]) => `var-${name}=${value}`);
  return `${grafanaUrl}/d/${runDashboardUid}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
