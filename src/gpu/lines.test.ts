import { expect, test } from 'vitest';
import { LineCutter } from './lines.ts';

test('hands over whole lines as they come, the last one also without its end', () => {
  const cutter = new LineCutter();
  expect(cutter.push('one\ntw')).toEqual(['one']);
  expect(cutter.push('o\r\nthree')).toEqual(['two']);
  expect(cutter.flush()).toEqual(['three']);
  expect(cutter.flush()).toEqual([]);
});

test('drops a line without end, and goes on with the next', () => {
  const cutter = new LineCutter();
  for (let at = 0; at < 20; at += 1) expect(cutter.push('y'.repeat(10_000))).toEqual([]);
  expect(cutter.push('\nfine\n')).toEqual(['fine']);
});
