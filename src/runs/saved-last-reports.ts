import * as v from 'valibot';
import { savedByName } from './saved-by-name.ts';
import { layerFields, normScopes, tensorKinds } from './reports.ts';

const number = v.union([v.number(), v.nan()]);
const count = v.nullable(v.number());
const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());
const values = savedByName(number);

/** Extras and auxiliary losses as they outlive the exporter. */
export const savedDetails = v.object({
  gradientNormScope: v.nullable(v.picklist(normScopes)),
  extras: values,
  auxiliaryLosses: values,
});

/** The layers of a step, likewise. */
export const savedLayers = v.object({
  step: v.number(),
  time: v.number(),
  layers: list(v.object({ name: v.string(), values: v.record(v.picklist(layerFields), number) })),
});

/** An input or output of the model, likewise. */
export const savedTensor = v.object({
  step: count,
  time: v.number(),
  name: v.string(),
  kind: v.picklist(tensorKinds),
  count,
  mean: v.nullable(number),
  variance: v.nullable(number),
  fractionNonFinite: v.nullable(number),
  distribution: v.nullable(
    v.union([
      v.object({ edges: list(v.number()), counts: list(v.number()) }),
      v.object({ classes: list(v.string()), counts: list(v.number()) }),
    ]),
  ),
  reference: v.boolean(),
});
