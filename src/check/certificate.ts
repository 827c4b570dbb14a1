import type { Tls } from '../listen/index.ts';

const secondsOfDay = 86_400;

/** What a person wants to know of a server's certificates, and whether its own has expired. @param now Unix seconds */
export function certificateNotes(
  { certificate, clientAuth, allowedSans }: Tls,
  now: number,
): { readonly notes: string[]; readonly expired: boolean } {
  const ends = Date.parse(certificate.validTo) / 1000;
  const days = Math.floor((ends - now) / secondsOfDay);
  const expired = days < 0;
  const left = expired ? 'EXPIRED' : `${days} days left`;
  const subject = certificate.subject.replaceAll('\n', ', ');
  const names = allowedSans === null ? '' : `, with one of the names ${allowedSans.join(', ')}`;
  return {
    notes: [
      `certificate of ${subject}, valid until ${new Date(ends * 1000).toISOString()} (${left}); its key fits`,
      `certificates of clients: ${clientAuth}${names}`,
    ],
    expired,
  };
}
