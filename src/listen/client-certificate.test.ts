import { describe, expect, it } from 'vitest';
import { admits, alternativeNames, type ClientAuthType } from './client-certificate.ts';

const shown = (subjectAltName?: string) => ({ subjectAltName });
const strangers = { certificate: undefined, authorized: false };
const unverified = { certificate: shown('DNS:prometheus'), authorized: false };
const verified = { certificate: shown('DNS:prometheus'), authorized: true };

describe('admits', () => {
  it.each<[ClientAuthType, boolean, boolean, boolean]>([
    ['NoClientCert', true, true, true],
    ['RequestClientCert', true, true, true],
    ['RequireAnyClientCert', false, true, true],
    ['RequireClientCert', false, true, true],
    ['VerifyClientCertIfGiven', true, false, true],
    ['RequireAndVerifyClientCert', false, false, true],
  ])('%s: without certificate %s, unverified %s, verified %s', (clientAuth, none, some, good) => {
    const policy = { clientAuth, allowedSans: null };
    expect([strangers, unverified, verified].map((peer) => admits(policy, peer))).toEqual([none, some, good]);
  });

  it('asks for an allowed name', () => {
    const policy = (...allowedSans: string[]) => ({ clientAuth: 'RequireAndVerifyClientCert' as const, allowedSans });
    expect(admits(policy('other', 'prometheus'), verified)).toBe(true);
    expect(admits(policy('prometheus.'), verified)).toBe(false);
    expect(admits(policy(), verified)).toBe(false);
    expect(admits(policy('::1'), { certificate: shown('IP Address:0:0:0:0:0:0:0:1'), authorized: true })).toBe(true);
    expect(admits(policy('a'), { certificate: shown(), authorized: true })).toBe(false);
  });
});

describe('alternativeNames', () => {
  it('reads every kind, and takes no quoted value for two', () => {
    expect(alternativeNames('DNS:a.example, email:x@example.com, IP Address:10.0.0.1, URI:spiffe://a/b')).toEqual([
      'a.example',
      'x@example.com',
      '10.0.0.1',
      'spiffe://a/b',
    ]);
    expect(alternativeNames('URI:"http://evil/, DNS:prometheus", DNS:b')).toEqual([
      'http://evil/, DNS:prometheus',
      'b',
    ]);
    expect(alternativeNames('')).toEqual([]);
  });
});
