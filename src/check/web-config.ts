import { readWebConfig } from '../listen/index.ts';
import { certificateNotes } from './certificate.ts';
import type { CheckResult } from './result.ts';

const subject = 'http.web_config_file';

/** What a web configuration file will do: how HTTP is served, and to whom. @param now Unix seconds */
export function webConfig(file: string | undefined, now: number): CheckResult {
  if (file === undefined) {
    return { subject, outcome: 'off', says: 'not set: plain HTTP, and whoever reaches the port may read', notes: [] };
  }
  const { value, mistakes } = readWebConfig(file);
  if (value === null) return { subject, outcome: 'failing', says: `${mistakes.length} mistakes`, notes: mistakes };
  const { tls, users, rateLimit } = value;
  const notes: string[] = [];
  if (tls !== null) {
    const certificate = certificateNotes(tls, now);
    notes.push(...certificate.notes);
    notes.push('HTTP/1.1 is spoken; HTTP/2 is not, whatever http2 says');
    if (certificate.expired) return { subject, outcome: 'failing', says: 'the certificate has expired', notes };
  }
  notes.push(users.size === 0 ? 'no password is asked for' : `users with a password: ${[...users.keys()].join(', ')}`);
  if (rateLimit !== null)
    notes.push(`${rateLimit.burst} requests at once, then one every ${rateLimit.intervalSeconds} s`);
  return { subject, outcome: 'works', says: tls === null ? `${file}: plain HTTP` : `${file}: HTTPS`, notes };
}
