import type { Configuration } from '../catalogue.ts';
import { collectors, isRequired } from '../collectors.ts';
import type { CheckResult } from './result.ts';

/** What readiness will wait for. A name that no collector has, or one that is switched off, fails here as it does at the start. */
export function requiredCollectors(configuration: Configuration): CheckResult {
  const subject = 'http.required_collectors';
  let required: (name: string) => boolean;
  try {
    required = isRequired(configuration);
  } catch (error) {
    return { subject, outcome: 'failing', says: (error as Error).message.replace(`${subject}: `, ''), notes: [] };
  }
  const asked = collectors(configuration, () => []).all.filter(({ name }) => required(name));
  const running = asked.filter(({ enabled }) => enabled).map(({ name }) => name);
  const off = asked.filter(({ enabled }) => !enabled).map(({ name }) => name);
  if (running.length === 0) return { subject, outcome: 'off', says: 'readiness waits for no collector', notes: [] };
  const notes = off.length === 0 ? [] : [`switched off, so not waited for: ${off.join(', ')}`];
  return { subject, outcome: 'works', says: `readiness waits for ${running.join(', ')}`, notes };
}
