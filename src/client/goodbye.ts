import type { Goodbye } from '../protocol/index.ts';
import { plainText } from './plain-text.ts';
import type { Ending } from './run.ts';
import { isKnown, wellFormed } from './value-kinds.ts';

const maxReasonLength = 512;

const endings: Readonly<Record<Ending, Goodbye['ending'] & string>> = {
  finished: 'ENDING_FINISHED',
  failed: 'ENDING_FAILED',
  preempted: 'ENDING_PREEMPTED',
};

export const knownEndings = Object.keys(endings) as readonly Ending[];

/** How training ended, as it is sent. */
export function goodbyeOf(ending: Ending, reason: string | Error | undefined): Goodbye {
  return {
    ending: endings[ending],
    ...(isKnown(reason) && { reason: wellFormed(plainText(reason).slice(0, maxReasonLength)) }),
  };
}
