import { expect, test } from 'vitest';
import { refusalOf } from './client-error.ts';

test.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'slow_request'],
  ['HPE_HEADER_OVERFLOW', 'header_size'],
  ['HPE_INVALID_METHOD', 'malformed'],
  ['HPE_INVALID_EOF_STATE', null],
  ['ECONNRESET', null],
] as const)('%s of node:http is %s', (code, reason) => {
  expect(refusalOf(Object.assign(new Error(code), { code }))).toBe(reason);
});
