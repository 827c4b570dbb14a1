import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a TCP address that can be cut: then nothing is forwarded, and nobody is told. */
export interface CutNetwork {
  readonly address: string;
  readonly cut: () => void;
  readonly heal: () => void;
  readonly close: () => void;
}

export async function networkTo(address: string): Promise<CutNetwork> {
  const [host = '', port = ''] = address.split(':');
  const sockets = new Set<Socket>();
  let whole = true;
  const add = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    if (!whole) socket.pause();
    return socket;
  };
  const server = createServer((near) => {
    const far = add(connect(Number(port), host));
    add(near);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes)).on('end', () => to.end());
      from.on('close', () => to.destroy());
      if (!whole) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return {
    address: `127.0.0.1:${bound.port}`,
    cut: () => {
      whole = false;
      for (const socket of sockets) socket.pause();
    },
    heal: () => {
      whole = true;
      for (const socket of sockets) socket.resume();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
