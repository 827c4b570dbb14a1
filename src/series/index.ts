export { gauge, counter, info, states, unitOf } from './metric.ts';
export type { Metric, MetricName, MetricType, Unit } from './metric.ts';
export { SeriesTable, SeriesGroup, Row } from './series-table.ts';
export type { GroupSnapshot } from './series-table.ts';
export { expose, contentTypes } from './exposition.ts';
export type { Format, ForeignFamily } from './exposition.ts';
export { labelBlock } from './labels.ts';
