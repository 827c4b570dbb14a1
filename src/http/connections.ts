import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds the connections of a server. Where there is no room for another, the one goes that has been quiet for longest: whoever opens
 * many and asks for nothing must not keep a scraper out. Who waits for an answer is not turned away.
 */
export class Connections {
  readonly #most: number;
  readonly #turnedAway: () => void;
  readonly #open = new Map<string, Socket>();
  /** Those that wait for no answer, the one that has been quiet for longest first. */
  readonly #quiet = new Set<string>();

  constructor(most: number, turnedAway: () => void) {
    this.#most = most;
    this.#turnedAway = turnedAway;
  }

  /** To be called before the server listens. */
  bound(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#admit(socket);
    });
    server.on('request', ({ socket }, response) => {
      const name = nameOf(socket);
      this.#quiet.delete(name);
      response.once('close', () => {
        if (this.#open.has(name)) this.#quiet.add(name);
      });
    });
  }

  #admit(socket: Socket): void {
    const name = nameOf(socket);
    if (this.#open.size >= this.#most) {
      const [oldest] = this.#quiet;
      this.#turnedAway();
      if (oldest === undefined) {
        socket.destroy();
        return;
      }
      this.#leave(oldest)?.destroy();
    }
    this.#open.set(name, socket);
    this.#quiet.add(name);
    socket.once('close', () => {
      if (this.#open.get(name) === socket) this.#leave(name);
    });
  }

  #leave(name: string): Socket | undefined {
    const socket = this.#open.get(name);
    this.#open.delete(name);
    this.#quiet.delete(name);
    return socket;
  }
}

/** A request over TLS comes by another socket than its connection; both have the address of the client. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}
