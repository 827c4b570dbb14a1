import type { Control } from './control.ts';
import { concerns, type Call } from './faults.ts';
import { chance } from './random.ts';

/** What one query prints, or how it fails. */
export interface Answer {
  readonly stdout: string | Buffer;
  readonly stderr: string;
  /** null: go on; else the exit code. */
  readonly code: number | null;
}

const garbageBytes = 4096;

/** What the faults make of output that would be right. */
export function spoil(printed: string, { faults, seed }: Control, call: Call): Answer {
  let text = printed;
  for (const fault of faults) {
    if (fault.kind === 'garbage' && concerns(fault, call)) return { stdout: garbage(seed), stderr: '', code: null };
    if (fault.kind === 'truncated' && concerns(fault, call))
      return { stdout: text.slice(0, Math.floor(text.length * fault.share)), stderr: '', code: 0 };
    if (fault.kind === 'wrong_unit')
      text = text
        .replaceAll(`[${fault.unit}]`, `[${fault.shown}]`)
        .replaceAll(new RegExp(`(?<=\\d )${fault.unit.replaceAll(/\W/g, '\\$&')}(?=[,<\\n])`, 'g'), fault.shown);
  }
  return { stdout: text, stderr: '', code: null };
}

/** Every byte there is, in a random order, with a line end now and then. */
function garbage(seed: number): Buffer {
  const bytes = Array.from({ length: garbageBytes }, (_, at) =>
    at % 97 === 96 ? 10 : Math.floor(256 * chance(seed, 'garbage', at)),
  );
  return Buffer.from(bytes);
}
