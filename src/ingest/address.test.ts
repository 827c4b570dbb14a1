import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { ListenError } from './listen-error.ts';

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:10421', { host: '127.0.0.1', port: 10421 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:10421', { host: '::1', port: 10421 }],
    ['none', null],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', ':10421', '10421', 'localhost', '::1:10421', 'localhost:65536', 'local host:1', '[::1]'])(
    'refuses %j and says what it wants',
    (text) => {
      expect(() => parseAddress(text)).toThrow(ListenError);
      expect(() => parseAddress(text)).toThrow(`is ${JSON.stringify(text)}, expected host:port`);
    },
  );
});
