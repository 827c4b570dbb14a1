import { readFileSync } from 'node:fs';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { TlsSettings } from './tls.ts';

/** What speaks for this worker on a connection. @throws Error when a file cannot be read, or holds something else */
export function channelCredentials(address: string, tls: TlsSettings | undefined): ChannelCredentials {
  // The socket is this machine's own, and the exporter speaks no TLS there.
  if (tls === undefined || address.startsWith('unix:')) return credentials.createInsecure();
  const read = (file: string | undefined): Buffer | null => (file === undefined ? null : readFileSync(file));
  return credentials.createSsl(read(tls.caFile), read(tls.keyFile), read(tls.certFile));
}
