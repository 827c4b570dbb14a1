import { answer } from './answer.ts';
import type { Control } from './control.ts';
import { gpus } from './gpu.ts';
import { parseInvocation } from './invocation.ts';
import { h100 } from './models/h100-80gb-hbm3.ts';

/**
 * What the stand-in prints for one query of CSV, without a process and at a time of one's choice.
 * @throws Error when it does not know a field
 */
export function modelOutput(fields: readonly string[], control: Control, time: Date): string {
  const invocation = parseInvocation([`--query-gpu=${fields.join(',')}`, '--format=csv']);
  if (invocation.ask !== 'query-gpu')
    throw new Error('ask' in invocation && 'text' in invocation ? invocation.text : 'no query');
  return answer(invocation, gpus(h100, control.gpus, control.seed), control, time, true).stdout;
}
