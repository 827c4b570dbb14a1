import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { FairTurns } from './fair-turns.ts';
import { PacedReading } from './paced-reading.ts';

/** Workers on one loop, on which taking a message takes a millisecond; turns come when the test gives them. */
function start() {
  let now = 0;
  let next: (() => void) | null = null;
  const turns = new FairTurns({ now: () => now, nextTurn: (action) => (next = action) });
  const taken: string[] = [];
  return {
    taken,
    worker: (name: string) => {
      const stream = new Readable({ objectMode: true, read: () => undefined });
      const reading = new PacedReading<number>(stream, turns, (item) => {
        now += 1;
        taken.push(`${name}${item}`);
      });
      return {
        stream,
        reading,
        send: (from: number, to: number) => {
          for (let at = from; at < to; at += 1) stream.push(at);
        },
      };
    },
    /** Lets streams flow, then gives a turn. */
    turn: async () => {
      await turn();
      const action = next;
      next = null;
      action?.();
      await turn();
    },
  };
}

describe('PacedReading', () => {
  it('takes everything of everybody, of each in its order, over many turns', async () => {
    const { worker, taken, turn } = start();
    const workers = ['a', 'b', 'c'].map((name) => ({ name, ...worker(name) }));
    for (const { send } of workers) send(0, 40);
    await turn();
    expect(taken.length).toBeLessThan(60);
    for (let turns = 0; turns < 100 && taken.length < 120; turns += 1) await turn();
    expect(taken).toHaveLength(120);
    for (const { name } of workers) {
      const own = taken.filter((each) => each.startsWith(name));
      expect(own).toEqual(Array.from({ length: 40 }, (_, at) => `${name}${at}`));
    }
  });

  it('takes what came before an end that comes before its turn', async () => {
    const { worker, taken } = start();
    const { send, reading } = worker('a');
    send(0, 12);
    await turn();
    expect(taken).toHaveLength(5);
    reading.end();
    expect(taken).toHaveLength(12);
    reading.end();
    expect(taken).toHaveLength(12);
  });

  it('reads nothing while it is held back, and goes on after it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { worker, taken, turn } = start();
      const { send, reading } = worker('a');
      send(0, 1);
      await turn();
      reading.hold(2);
      send(1, 3);
      for (let turns = 0; turns < 3; turns += 1) await turn();
      expect(taken).toEqual(['a0']);
      vi.advanceTimersByTime(2_000);
      await turn();
      expect(taken).toEqual(['a0', 'a1', 'a2']);
    } finally {
      vi.useRealTimers();
    }
  });
});
