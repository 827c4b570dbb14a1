import { expect, it } from 'vitest';
import { exposure } from './exposure.ts';
import type { IngestOptions } from './options.ts';

const none = {
  cert_file: undefined,
  key_file: undefined,
  client_ca_file: undefined,
  require_client_certificate: true,
};
const encrypted = { ...none, cert_file: 'tls.crt', key_file: 'tls.key' };
const mutual = { ...encrypted, client_ca_file: 'ca.crt' };

it.each<[string, Partial<IngestOptions>, RegExp | null]>([
  ['only this machine', { address: '127.0.0.1:10421', tls: none }, null],
  ['only this machine, over IPv6', { address: '[::1]:10421', tls: none }, null],
  ['nowhere', { address: 'none', tls: none }, null],
  ['all', { address: ':10421', tls: none }, /whoever.*on the way.*token_file and grpc\.tls/],
  ['a name that begins like loopback', { address: '127.example.org:10421', tls: none }, /whoever/],
  ['all with a token', { address: '0.0.0.0:10421', tls: none, token_file: 'token' }, /^the token.*cert_file$/],
  [
    'all over TLS',
    { address: ':10421', tls: encrypted },
    /^whoever reaches the port can report: set grpc\.token_file or/,
  ],
  ['all over TLS with a token', { address: ':10421', tls: encrypted, token_file: 'token' }, null],
  ['all over mutual TLS', { address: ':10421', tls: mutual }, null],
  ['optional certificates', { address: ':10421', tls: { ...mutual, require_client_certificate: false } }, /whoever/],
])('tells what is open to %s', (_, options, told) => {
  const found = exposure(options as IngestOptions);
  if (told === null) expect(found).toBeNull();
  else expect(found).toMatch(told);
});
