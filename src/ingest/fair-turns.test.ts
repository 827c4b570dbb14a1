import { describe, expect, it } from 'vitest';
import { FairTurns } from './fair-turns.ts';

/** A loop whose turns the test gives, and on which each piece of work takes a millisecond. */
function start() {
  let now = 0;
  let next: (() => void) | null = null;
  const turns = new FairTurns({
    now: () => now,
    nextTurn: (action) => {
      expect(next).toBeNull();
      next = action;
    },
  });
  const done: string[] = [];
  const work = (name: string) => (): void => {
    now += 1;
    done.push(name);
  };
  return {
    turns,
    done,
    offer: (name: string) => {
      if (turns.isFree) work(name)();
      else turns.later(work(name));
    },
    turn: () => {
      const action = next;
      next = null;
      action?.();
      return done.splice(0);
    },
    pass: (milliseconds: number) => (now += milliseconds),
    isIdle: () => next === null,
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at));

describe('FairTurns', () => {
  it('does what fits into a turn at once, and the rest in later turns, in order', () => {
    const { offer, done, turn } = start();
    for (const name of names(12)) offer(name);
    expect(done.splice(0)).toEqual(['0', '1', '2', '3', '4']);
    expect([turn(), turn(), turn()]).toEqual([['5', '6', '7', '8', '9'], ['10', '11'], []]);
  });

  it('lets nobody overtake those who wait', () => {
    const { offer, done, turn } = start();
    for (const name of names(11)) offer(name);
    done.splice(0);
    expect(turn()).toHaveLength(5);
    offer('late');
    expect(done).toEqual([]);
    expect(turn()).toEqual(['10', 'late']);
  });

  it('does one thing in a turn, however long it takes', () => {
    const { turns, offer, done, turn, pass } = start();
    offer('first');
    pass(100);
    for (const name of ['second', 'third']) {
      turns.later(() => {
        pass(100);
        done.push(name);
      });
    }
    expect(turn()).toEqual(['first', 'second']);
    expect(turn()).toEqual(['third']);
  });

  it('lets nobody wait while too many bytes do, and forgets those of calls that were cut off', () => {
    const { turns, offer, done, turn } = start();
    for (const name of names(12)) offer(name);
    expect(done.splice(0)).toHaveLength(5);
    turns.came(33 * 1024 * 1024);
    offer('large');
    expect(turn()).toEqual(['5', '6', '7', '8', '9', '10', '11', 'large']);
    turn();
    for (const name of names(12)) offer(name);
    done.splice(0);
    expect(turn()).toHaveLength(5);
  });

  it('lets others have their turn again when what waited is taken', () => {
    const { turns, offer, done, turn } = start();
    turns.came(33 * 1024 * 1024);
    for (const name of names(12)) offer(name);
    done.splice(0);
    turns.taken(33 * 1024 * 1024);
    expect(turn()).toHaveLength(5);
  });

  it('asks for no turn where there is nothing to do', () => {
    const { offer, turn, isIdle } = start();
    offer('only');
    turn();
    expect(isIdle()).toBe(true);
    offer('again');
    expect(isIdle()).toBe(false);
  });
});
