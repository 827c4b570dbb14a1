import { asksForTls, isLoopback, parseAddress } from '../listen/index.ts';
import type { IngestOptions } from './options.ts';

/**
 * What the TCP port of workers leaves open to the network, and the way out, in one clause; null where that is nothing.
 * @throws ListenError where the address cannot be understood
 */
export function exposure({ address, tls, token_file: token }: IngestOptions): string | null {
  if (address === 'none' || isLoopback(parseAddress('grpc.address', address))) return null;
  const asksWho = token !== undefined || (tls.client_ca_file !== undefined && tls.require_client_certificate);
  const encrypted = asksForTls(tls);
  if (asksWho && encrypted) return null;
  if (asksWho) return 'the token and what workers report can be read on the way: set grpc.tls.cert_file';
  const anyone = 'whoever reaches the port can report';
  return encrypted
    ? `${anyone}: set grpc.token_file or grpc.tls.client_ca_file`
    : `${anyone}, and reports can be read on the way: set grpc.token_file and grpc.tls.cert_file`;
}
