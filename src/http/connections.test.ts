import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Connections } from './connections.ts';

let server: Server;
let turnedAway: number;
/** Answers that were not given yet. */
let waiting: ServerResponse[];
let clients: Socket[];

beforeEach(async () => {
  [turnedAway, waiting, clients] = [0, [], []];
  server = createServer((_, response) => waiting.push(response));
  new Connections(2, () => (turnedAway += 1)).bound(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function open(): Promise<Socket> {
  const accepted = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  clients.push(client.resume());
  await accepted;
  return client;
}

async function ask(client: Socket): Promise<void> {
  const before = waiting.length;
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await vi.waitFor(() => {
    expect(waiting).toHaveLength(before + 1);
  });
}

it('turns away the one that has been quiet for longest', async () => {
  const [first, second] = [await open(), await open()];
  const gone = once(first, 'close');
  const third = await open();
  await gone;
  expect([second.closed, third.closed, turnedAway]).toEqual([false, false, 1]);
});

it('keeps those that wait for an answer, and turns away the newcomer when all do', async () => {
  const [first, second] = [await open(), await open()];
  await ask(first);
  await ask(second);
  await once(await open(), 'close');
  expect([first.closed, second.closed, turnedAway]).toEqual([false, false, 1]);
});

it('counts a connection as quiet again once its answer is given', async () => {
  const [first, second] = [await open(), await open()];
  await ask(first);
  waiting[0]!.end();
  await once(first, 'data');
  const gone = once(second, 'close');
  await open();
  await gone;
  expect(first.closed).toBe(false);
});
