import type { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { TlsMistake } from './tls-mistake.ts';

/** Go's policies of client authentication, https://pkg.go.dev/crypto/tls#ClientAuthType. */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  /** An older name of the one before. */
  'RequireClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

export type ClientAuthType = (typeof clientAuthTypes)[number];

/** Those under which every client shows a certificate. */
const requiring: readonly ClientAuthType[] = [
  'RequireAnyClientCert',
  'RequireClientCert',
  'RequireAndVerifyClientCert',
];
/** Those that need to know who signs the certificates of clients. */
const verifying: readonly ClientAuthType[] = ['VerifyClientCertIfGiven', 'RequireAndVerifyClientCert'];

export interface ClientPolicy {
  readonly clientAuth: ClientAuthType;
  /** Of its names one must be here; null where any will do. */
  readonly allowedSans: readonly string[] | null;
}

/** The rules of the exporter-toolkit, and one more: without an authority of our own Node would trust every public one. */
export function checkClientPolicy({ clientAuth, allowedSans }: ClientPolicy, hasAuthority: boolean): TlsMistake[] {
  const mistakes: TlsMistake[] = [];
  if (hasAuthority && clientAuth === 'NoClientCert') {
    mistakes.push({
      key: 'client_auth_type',
      value: clientAuth,
      expected: 'another type beside an authority for clients',
    });
  }
  if (!hasAuthority && verifying.includes(clientAuth)) {
    const expected = `the authority that signs the certificates of clients, for ${clientAuth}`;
    mistakes.push({ key: 'client_ca_file', value: 'nothing', expected });
  }
  if (allowedSans !== null && !requiring.includes(clientAuth)) {
    const expected = 'RequireAnyClientCert or RequireAndVerifyClientCert beside client_allowed_sans';
    mistakes.push({ key: 'client_auth_type', value: clientAuth, expected });
  }
  return mistakes;
}

/** What a handshake told of the client. */
export interface Peer {
  readonly certificate: Pick<X509Certificate, 'subjectAltName'> | undefined;
  /** Whether its chain leads to the certificate authority for clients. */
  readonly authorized: boolean;
}

/** Whether a client may come in. */
export function admits({ clientAuth, allowedSans }: ClientPolicy, { certificate, authorized }: Peer): boolean {
  if (certificate === undefined) return !requiring.includes(clientAuth);
  if (verifying.includes(clientAuth) && !authorized) return false;
  if (allowedSans === null) return true;
  const allowed = new Set(allowedSans.map(canonical));
  return alternativeNames(certificate.subjectAltName).some((name) => allowed.has(name));
}

/**
 * The values of a subjectAltName as Node writes it, `DNS:a, IP Address:0:0:0:0:0:0:0:1, URI:"…"`: a value with a comma or another
 * special character is a JSON string (https://nodejs.org/api/crypto.html#x509subjectaltname), so that none can pass for two.
 */
export function alternativeNames(text = ''): readonly string[] {
  return [...text.matchAll(/(DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].flatMap(
    ([, , value = '']) => {
      if (!value.startsWith('"')) return [canonical(value)];
      try {
        return [canonical(String(JSON.parse(value)))];
      } catch {
        return [];
      }
    },
  );
}

/** One spelling for each address of IPv6, as RFC 5952 has it. */
function canonical(name: string): string {
  return isIPv6(name) && !name.includes('%') ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}
