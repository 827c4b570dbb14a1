import { describe, expect, it } from 'vitest';
import { Beats } from './beats.ts';

describe('Beats', () => {
  it('come every second, whatever the times between rows are', () => {
    const beats = new Beats();
    expect([...beats.between(0, 2.5)]).toEqual([1, 2]);
    expect([...beats.between(2.5, 2.9)]).toEqual([]);
    expect([...beats.between(2.9, 4.5)]).toEqual([3, 4]);
    expect([...beats.between(10, 11.5)]).toEqual([10, 11]);
  });

  it('come ever more seldom within a gap that does not end', () => {
    const looks = [...new Beats().between(0, 1.7e9)];
    expect(looks.slice(0, 600)).toEqual(Array.from({ length: 600 }, (_, at) => at + 1));
    expect(looks.length).toBeLessThan(20_000);
    expect(looks.at(-1)).toBeGreaterThan(1.69e9);
  });
});
