import type { RefusalReason } from './refusal-counts.ts';

/** What a client did wrong, of an error that node:http tells; null where it merely went away. */
export function refusalOf({ code = '' }: NodeJS.ErrnoException): RefusalReason | null {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'slow_request';
  if (code === 'HPE_HEADER_OVERFLOW') return 'header_size';
  // Half a header, and then the end.
  if (code === 'HPE_INVALID_EOF_STATE') return null;
  return code.startsWith('HPE_') ? 'malformed' : null;
}

const statuses: Readonly<Partial<Record<RefusalReason, string>>> = {
  slow_request: '408 Request Timeout',
  header_size: '431 Request Header Fields Too Large',
};

/** The answer to a request that no route ever sees. */
export function closingAnswer(reason: RefusalReason): string {
  return `HTTP/1.1 ${statuses[reason] ?? '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}
