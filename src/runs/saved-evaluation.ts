import * as v from 'valibot';
import { thresholdBounds } from './reports.ts';
import { savedByName } from './saved-by-name.ts';

const number = v.union([v.number(), v.nan()]);

const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());

/** An evaluation as it outlives the exporter. */
export const savedEvaluation = v.object({
  dataset: v.string(),
  step: v.nullable(v.number()),
  time: v.number(),
  slices: list(v.object({ slice: v.string(), samples: v.nullable(v.number()), metrics: savedByName(number) })),
  failures: list(
    v.object({
      metric: v.string(),
      slice: v.string(),
      bound: v.picklist(thresholdBounds),
      value: v.nullable(number),
      threshold: v.nullable(number),
    }),
  ),
});
