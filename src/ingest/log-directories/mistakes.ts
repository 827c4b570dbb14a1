import { Vocabulary } from '../../scalars/index.ts';
import type { EventFilesOptions } from './options.ts';
import { rankPattern } from './place.ts';

/** One line for each option that is text and makes no sense. */
export function eventFilesMistakes({ tags, rank_pattern: pattern }: EventFilesOptions): readonly string[] {
  const mistakes: string[] = [];
  const vocabulary = Vocabulary.of(tags, 'event_files.tags');
  if ('error' in vocabulary) mistakes.push(vocabulary.error);
  try {
    rankPattern(pattern);
  } catch (error) {
    mistakes.push((error as Error).message);
  }
  return mistakes;
}
