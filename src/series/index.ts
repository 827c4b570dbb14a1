export { gauge, counter, info, states, unitOf } from './metric.ts';
export type { Metric, MetricName, MetricType, Unit } from './metric.ts';
export { SeriesTable, SeriesGroup, Row } from './series-table.ts';
export type { GroupSnapshot } from './series-table.ts';
export { ByteWriter } from './byte-writer.ts';
export { expose, writeExposition, contentTypes } from './exposition.ts';
export type { ForeignFamily } from './exposition.ts';
export type { Format } from './family-header.ts';
export { labelBlock } from './labels.ts';
