import { ending, type Ending } from './ending.ts';
import { mostGpus } from './gpu-count.ts';
import type { Exit } from '../programs/index.ts';
import type { Reach } from './reach.ts';
import { Reader } from './reader.ts';
import { SampleCutter } from './sample.ts';

/** How a call of nvidia-smi ended, and the lines that it printed; null when it does not answer. */
export type Answer = { readonly exit: Exit; readonly lines: readonly string[] } | null;

/**
 * Leaves a GPU without a handle out of what is asked. Where it is not known which others there are, each is asked for by its index.
 * @returns whether that helps: there are others to ask
 */
export async function leaveOut(
  end: Extract<Ending, { kind: 'no_handle' }>,
  reach: Reach,
  ask: (args: readonly string[]) => Promise<Answer>,
): Promise<boolean> {
  if (reach.leaveOut(end)) return true;
  // All that have a handle were in a sample once.
  if (reach.everSeen) return false;
  let found = false;
  for (let index = 0; index < mostGpus; index += 1) {
    const answer = await ask(['--query-gpu=index,pci.bus_id', '--format=csv', `--id=${index}`]);
    if (answer === null) break;
    const reader = new Reader(new SampleCutter([String(index)]));
    const heard = answer.lines.map((line) => reader.read(line)).find(({ kind }) => kind === 'sample');
    if (heard?.kind === 'sample') {
      reach.saw(heard.sample);
      found = true;
      continue;
    }
    const own = ending(answer.exit, answer.lines.join('\n'));
    // After the last one there is none.
    if (own.kind !== 'no_handle') break;
    reach.leaveOut(own);
  }
  return found && reach.others.length > 0;
}
