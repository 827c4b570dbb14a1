import { fieldNames, type Field } from '../runs/index.ts';

/** What a recorded column or tag can mean: a field of a step, its number, its time, its rank, or steps that were skipped since the one before. */
export type Meaning = Field | 'step' | 'time' | 'rank' | 'skipped_steps';

export const meanings: readonly Meaning[] = ['step', 'time', 'rank', 'skipped_steps', ...fieldNames];

export function isMeaning(text: string): text is Meaning {
  return (meanings as readonly string[]).includes(text);
}
