import { expect, it } from 'vitest';
import { UnfinishedRequests, type UnfinishedRequest } from './unfinished-requests.ts';

const kib = 1024;

function start(mostBytes: number) {
  const requests = new UnfinishedRequests(mostBytes);
  const gone: string[] = [];
  const begin = (name: string): UnfinishedRequest => requests.begin(() => gone.push(name));
  return { requests, gone, begin };
}

it('lets the oldest give way when all together take too much, and forgets what has ended', () => {
  const { requests, gone, begin } = start(200 * kib);
  const [a, b] = [begin('a'), begin('b')];
  requests.came(a, 90 * kib);
  requests.came(b, 70 * kib);
  expect(gone).toEqual([]);
  requests.came(b, 10 * kib);
  expect(gone).toEqual(['a']);
  requests.came(a, 150 * kib);
  expect(gone).toEqual(['a']);
  requests.end(b);
  const c = begin('c');
  requests.came(c, 180 * kib);
  expect(gone).toEqual(['a']);
  requests.came(c, 180 * kib);
  expect(gone).toEqual(['a', 'c']);
});

it('bounds requests of which nothing comes, and messages in many small pieces', () => {
  const { requests, gone, begin } = start(64 * kib);
  for (const name of ['a', 'b', 'c', 'd']) begin(name);
  expect(gone).toEqual([]);
  begin('e');
  expect(gone).toEqual(['a']);
  const { begin: beginSmall, gone: goneSmall, requests: small } = start(64 * kib);
  const request = beginSmall('small');
  for (let piece = 0; piece < 300; piece += 1) small.came(request, 1);
  expect(goneSmall).toEqual(['small']);
  requests.end(request);
});
