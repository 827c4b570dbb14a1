import { describe, expect, it } from 'vitest';
import { Told } from './told.ts';

describe('Told', () => {
  it('tells of a failure once, of another one, and of the first when it comes back', () => {
    const told = new Told();
    const news = ['a', 'a', 'b', 'b', 'a'].map((message) => told.isNews('loss_spike', new Error(message)));
    expect(news).toEqual([true, false, true, false, true]);
  });

  it('keeps subjects apart, and forgets what works again', () => {
    const told = new Told();
    expect([told.isNews('x', 'a'), told.isNews('y', 'a'), told.isNews('x', 'a')]).toEqual([true, true, false]);
    told.works('x');
    expect([told.isNews('x', 'a'), told.isNews('y', 'a')]).toEqual([true, false]);
  });

  it('remembers no more than a bounded number of subjects', () => {
    const told = new Told();
    for (let subject = 0; subject < 65; subject += 1) told.isNews(String(subject), 'a');
    expect([told.isNews('64', 'a'), told.isNews('0', 'a')]).toEqual([false, true]);
  });
});
