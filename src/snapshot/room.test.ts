import { expect, it } from 'vitest';
import { Room } from './room.ts';

/** Which of the parts found room, snapshot after snapshot of the same parts. */
function snapshots(room: Room, sizes: readonly number[], times: number): boolean[] {
  let taken: boolean[] = [];
  for (let time = 0; time < times; time += 1) {
    room.begin(0);
    taken = sizes.map((size) => room.take(size));
  }
  return taken;
}

it('takes all where there is room, to the last byte', () => {
  expect(snapshots(new Room(100), [60, 30, 10], 3)).toEqual([true, true, true]);
});

it('leaves out the largest from the second snapshot on, wherever they stand', () => {
  const room = new Room(1000);
  expect(snapshots(room, [400, 400, 400, 5, 80, 80], 1)).toEqual([true, true, false, true, true, true]);
  expect(snapshots(room, [450, 450, 450, 5, 80, 80], 2)).toEqual([true, false, false, true, true, true]);
});

it('keeps some for what is new and small', () => {
  const room = new Room(1000);
  const alike = Array<number>(20).fill(90);
  expect(snapshots(room, alike, 2).filter(Boolean)).toHaveLength(10);
  expect(snapshots(room, [...alike, 80], 1).at(-1)).toBe(true);
});

it('takes all again once they fit', () => {
  const room = new Room(1000);
  snapshots(room, [900, 900], 2);
  expect(snapshots(room, [900, 90], 2)).toEqual([true, true]);
});
