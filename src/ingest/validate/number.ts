import { quote } from './foreign-text.ts';
import { expected, keeps, type Rule } from './number-rules.ts';
import { refuse, type Refusal } from '../refusals.ts';

/**
 * A number of a report, null where it is absent or breaks its rule; the latter is told to `refused`.
 * @param field for the message: "Layer.weight_norm"
 */
export function numberOf(
  value: number | undefined,
  rule: Rule,
  field: string,
  refused: (refusal: Refusal) => void,
): number | null {
  if (value === undefined) return null;
  if (keeps(rule, value)) return value;
  refused(refuse('number_invalid', { field, value: quote(value), expected: expected[rule] }));
  return null;
}

/** The first of a list, as many as are taken; that there were more is told to `refused`. */
export function firstOf<Item>(
  items: readonly Item[] | undefined,
  limit: number,
  { what, option }: { readonly what: string; readonly option: string | null },
  refused: (refusal: Refusal) => void,
): readonly Item[] {
  if (items === undefined) return [];
  if (items.length <= limit) return items;
  refused(refuse('length_limit', { what, length: items.length, limit, option }));
  return items.slice(0, limit);
}
