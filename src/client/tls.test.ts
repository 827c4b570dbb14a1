import { expect, test } from 'vitest';
import { channelCredentials } from './channel-credentials.ts';
import { findTls } from './tls.ts';

test('each setting is what the script gave, else what the environment says; nothing is no TLS', () => {
  const environment = {
    GRADWATCH_TLS_CA_FILE: '/ca.crt',
    GRADWATCH_TLS_SERVER_NAME: 'node-a',
    GRADWATCH_TLS_KEY_FILE: '',
  };
  expect(findTls({ caFile: '/mine.crt', certFile: undefined }, environment)).toEqual({
    caFile: '/mine.crt',
    serverName: 'node-a',
  });
  expect(findTls(undefined, environment)).toEqual({ caFile: '/ca.crt', serverName: 'node-a' });
  expect(findTls({}, { GRADWATCH_TLS_CA_FILE: '' })).toBeUndefined();
  expect(findTls(undefined, { GRADWATCH_TLS_CERT_FILE: 'c', GRADWATCH_TLS_KEY_FILE: 'k' })).toEqual({
    certFile: 'c',
    keyFile: 'k',
  });
});

test('a file that is not there is said; a Unix socket needs none', () => {
  const tls = { caFile: '/nowhere/ca.crt' };
  expect(() => channelCredentials('node-a:10421', tls)).toThrow('/nowhere/ca.crt');
  expect(channelCredentials('unix:/run/gradwatch.sock', tls)._isSecure()).toBe(false);
});
