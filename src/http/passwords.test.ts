import { describe, expect, it, vi } from 'vitest';
import type { ComparePassword } from './bcrypt-worker.ts';
import { Passwords, PasswordsBusyError } from './passwords.ts';

const hashOf = (password: string) => `$2b$12$${password}`;
const users = new Map([['scraper', hashOf('right')]]);

function passwords() {
  const compare = vi.fn((password: string, hash: string) => Promise.resolve(hash === hashOf(password)));
  return { compare, passwords: new Passwords(compare) };
}

describe('Passwords', () => {
  it('compares a right password once, and a wrong one each time', async () => {
    const { compare, passwords: known } = passwords();
    expect(await known.verify('scraper', 'right', users)).toBe(true);
    expect(await known.verify('scraper', 'right', users)).toBe(true);
    expect(compare).toHaveBeenCalledTimes(1);
    expect(await known.verify('scraper', 'wrong', users)).toBe(false);
    expect(await known.verify('scraper', 'wrong', users)).toBe(false);
    expect(compare).toHaveBeenCalledTimes(3);
  });

  it('compares for an unknown user too, at the same cost, and never lets him in', async () => {
    const compare = vi.fn<ComparePassword>().mockResolvedValue(true);
    const known = new Passwords(compare);
    expect(await known.verify('nobody', 'right', users)).toBe(false);
    expect(compare.mock.calls[0]?.[1]).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{53}$/);
  });

  it('forgets what was right when the hash changes', async () => {
    const { passwords: known } = passwords();
    expect(await known.verify('scraper', 'right', users)).toBe(true);
    expect(await known.verify('scraper', 'right', new Map([['scraper', hashOf('other')]]))).toBe(false);
    expect(await known.verify('scraper', 'right', new Map())).toBe(false);
  });

  it('tells users and passwords apart wherever one ends and the other begins', async () => {
    const { passwords: known } = passwords();
    const two = new Map([
      ['a', hashOf('b,c')],
      ['a,b', hashOf('x')],
    ]);
    expect(await known.verify('a', 'b,c', two)).toBe(true);
    expect(await known.verify('a,b', 'c', two)).toBe(false);
  });

  it('compares the same password once at a time, and refuses a flood', async () => {
    let settle!: (right: boolean) => void;
    const compare = vi.fn(() => new Promise<boolean>((resolve) => (settle = resolve)));
    const known = new Passwords(compare);
    const asked = [known.verify('scraper', 'same', users), known.verify('scraper', 'same', users)];
    expect(compare).toHaveBeenCalledTimes(1);
    settle(true);
    expect(await Promise.all(asked)).toEqual([true, true]);
    for (let at = 0; at < 16; at += 1) void known.verify('scraper', `wrong ${at}`, users);
    await expect(known.verify('scraper', 'one more', users)).rejects.toThrow(PasswordsBusyError);
    expect(await known.verify('scraper', 'same', users)).toBe(true);
  });

  it('remembers no more than it has room for', async () => {
    const many = new Map(Array.from({ length: 200 }, (_, at) => [`user ${at}`, hashOf('right')]));
    const { compare, passwords: known } = passwords();
    for (const user of many.keys()) await known.verify(user, 'right', many);
    await known.verify('user 199', 'right', many);
    expect(compare).toHaveBeenCalledTimes(200);
    await known.verify('user 0', 'right', many);
    expect(compare).toHaveBeenCalledTimes(201);
  });
});
