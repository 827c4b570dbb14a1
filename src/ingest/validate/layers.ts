import type { LayerReport as Message } from '../../protocol/index.ts';
import { layerFields, type Layer, type LayerField, type LayerReport, type RunsOptions } from '../../runs/index.ts';
import { quote } from './foreign-text.ts';
import type { Rule } from './number-rules.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { timeOf } from './told-time.ts';
import { firstOf, numberOf } from './number.ts';
import { nameOf } from './values.ts';

const what = { what: 'layers of a report', option: 'runs.max_layers' };

/** A report of layers as the runs take it; null when it cannot be told of which step it is. What breaks a limit is left out. */
export function validateLayers(
  { step, unix_nanos: unixNanos, layers }: Message,
  arrival: number,
  limits: RunsOptions,
  refused: (refusal: Refusal) => void,
): LayerReport | null {
  if (step === undefined || !Number.isSafeInteger(step)) {
    const value = step === undefined ? 'absent' : quote(step);
    refused(refuse('number_invalid', { field: 'LayerReport.step', value, expected: 'a whole number up to 2^53 - 1' }));
    return null;
  }
  return {
    step,
    time: timeOf(unixNanos, arrival, 'LayerReport.unix_nanos', refused),
    layers: firstOf(layers, limits.max_layers, what, refused).flatMap((layer) => layerOf(layer, refused) ?? []),
  };
}

function layerOf(layer: NonNullable<Message['layers']>[number], refused: (refusal: Refusal) => void): Layer | null {
  const name = nameOf(layer.name, 'a layer', refused);
  if (name === null) return null;
  const values: Partial<Record<LayerField, number>> = {};
  for (const field of layerFields) {
    const value = numberOf(layer[field], ruleOf(field), `Layer.${field}`, refused);
    if (value !== null) values[field] = value;
  }
  return { name, values };
}

function ruleOf(field: LayerField): Rule {
  return field.startsWith('fraction_') ? 'fraction' : 'notNegative';
}
