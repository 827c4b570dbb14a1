import { fields } from './runs/index.ts';

/** Every metric of the exporter, gathered from the rooms that declare them. */
export const metrics = [...Object.values(fields)] as const;

export type CatalogueMetric = (typeof metrics)[number];
export type CatalogueMetricName = CatalogueMetric['name'];
