import { asksForTls, readTlsFiles, type TlsOptions } from '../listen/index.ts';
import { certificateNotes } from './certificate.ts';
import type { CheckResult } from './result.ts';

const subject = 'grpc.tls';

/** By what certificates workers will be taken. @param now Unix seconds */
export function grpcTls(options: TlsOptions, now: number): CheckResult {
  if (!asksForTls(options))
    return { subject, outcome: 'off', says: 'not set: workers are taken without TLS', notes: [] };
  const { value, mistakes } = readTlsFiles(subject, options);
  if (value === null) return { subject, outcome: 'failing', says: `${mistakes.length} mistakes`, notes: mistakes };
  const { notes, expired } = certificateNotes(value, now);
  if (expired) return { subject, outcome: 'failing', says: 'the certificate has expired', notes };
  return { subject, outcome: 'works', says: 'workers are taken over TLS; the Unix socket goes without', notes };
}
