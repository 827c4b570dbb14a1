import { chmodSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { clearStaleSocket, ListenError, type ListenAddress } from '../listen/index.ts';

/** What becomes of the connections that come in on a socket. */
export interface Door {
  readonly accept: (socket: Socket) => void;
  /** The limit of connections is reached. */
  readonly turnAway: (socket: Socket) => void;
}

/**
 * The sockets on which workers come in. grpc-js limits neither connections nor the mode of a Unix socket, so the listening is done
 * here and connections are handed to it.
 */
export class Listeners {
  readonly #servers: NetServer[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #maxConnections: number;

  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections;
  }

  /**
   * Returns where it listens: another port than asked for where that was 0.
   * @throws ListenError
   */
  async listenTcp(address: ListenAddress, configured: string, door: Door): Promise<AddressInfo> {
    const server = await this.#listen(address, 'grpc.address', configured, door);
    return server.address() as AddressInfo;
  }

  /**
   * Every local user who may enter its folder can connect, as to the loopback port: the folder is what is protected.
   * @throws ListenError
   */
  async listenUnix(path: string, door: Door): Promise<void> {
    await clearStaleSocket('grpc.socket', path);
    await this.#listen({ path }, 'grpc.socket', path, door);
    chmodSync(path, 0o666);
  }

  /** Takes no more connections; those that are open stay. Node removes the socket file. */
  stop(): void {
    for (const server of this.#servers) server.close();
  }

  /** Cuts every connection. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #listen(
    where: ListenAddress | { path: string },
    option: string,
    configured: string,
    door: Door,
  ): Promise<NetServer> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#take(socket, door);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(ListenError.from(option, configured, error));
      });
      server.listen(where, resolve);
    });
    this.#servers.push(server);
    return server;
  }

  #take(socket: Socket, door: Door): void {
    if (this.#sockets.size >= this.#maxConnections) {
      door.turnAway(socket);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    door.accept(socket);
  }
}
