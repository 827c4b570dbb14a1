export { bundleFiles } from './bundle.ts';
export { defaults } from './config.ts';
export type { BundleConfig } from './config.ts';
export type { BundleFile } from './file.ts';
export { alertsOf } from './alerts/index.ts';
export { placeholders } from './alertmanager/alertmanager-config.ts';
export { runDashboard } from './grafana/run-dashboard.ts';
export { dashboardQueries, variableSelectors } from './dashboard-queries.ts';
export type { DashboardQuery, Picked } from './dashboard-queries.ts';
