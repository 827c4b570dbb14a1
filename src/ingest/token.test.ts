import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { authorized } from './token.ts';

function metadata(...values: string[]): Metadata {
  const made = new Metadata();
  for (const value of values) made.add('authorization', value);
  return made;
}

describe('authorized', () => {
  it('lets every call through where no token is asked for', () => {
    expect(authorized(metadata(), null)).toBe(true);
  });

  it.each(['Bearer secret', 'bearer secret', 'Bearer  secret'])('takes %j', (header) => {
    expect(authorized(metadata(header), 'secret')).toBe(true);
  });

  it.each(['', 'secret', 'Bearer', 'Bearer ', 'Bearer secre', 'Bearer secrets', 'Bearer Secret', 'Basic secret'])(
    'does not take %j',
    (header) => {
      expect(authorized(metadata(header), 'secret')).toBe(false);
    },
  );

  it('does not take two headers, one of which is right', () => {
    expect(authorized(metadata('Bearer secret', 'Bearer other'), 'secret')).toBe(false);
  });
});
