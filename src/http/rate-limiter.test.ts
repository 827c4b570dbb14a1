import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

describe('RateLimiter', () => {
  it('allows a burst, then one request per interval, and never saves more than the burst', () => {
    let now = 100;
    const limiter = new RateLimiter({ intervalSeconds: 2, burst: 3 }, () => now);
    const allowed = () => Array.from({ length: 5 }, () => limiter.allows()).filter(Boolean).length;
    expect(allowed()).toBe(3);
    now += 1.9;
    expect(allowed()).toBe(0);
    now += 0.2;
    expect(allowed()).toBe(1);
    now += 1000;
    expect(allowed()).toBe(3);
  });

  it('takes another limit, or none', () => {
    const limiter = new RateLimiter({ intervalSeconds: 60, burst: 1 }, () => 0);
    expect([limiter.allows(), limiter.allows()]).toEqual([true, false]);
    limiter.change(null);
    expect([limiter.allows(), limiter.allows()]).toEqual([true, true]);
    limiter.change({ intervalSeconds: 60, burst: 1 });
    expect([limiter.allows(), limiter.allows()]).toEqual([true, false]);
  });
});
