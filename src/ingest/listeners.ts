import { chmodSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { clearStaleSocket, ListenError, type ListenAddress } from '../listen/index.ts';

type Accept = (socket: Socket) => void;

/**
 * The sockets on which workers come in. grpc-js limits neither connections nor the mode of a Unix socket, so the listening is done
 * here and connections are handed to it.
 */
export class Listeners {
  readonly #servers: NetServer[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #maxConnections: number;
  readonly #accept: Accept;
  readonly #refused: () => void;

  /** `refused` is told of each connection over the limit. */
  constructor(maxConnections: number, accept: Accept, refused: () => void) {
    this.#maxConnections = maxConnections;
    this.#accept = accept;
    this.#refused = refused;
  }

  /**
   * Returns where it listens: another port than asked for where that was 0.
   * @param secure speaks TLS on what comes in, before it is accepted
   * @throws ListenError
   */
  async listenTcp(address: ListenAddress, configured: string, secure: Accept = this.#accept): Promise<AddressInfo> {
    const server = await this.#listen(address, 'grpc.address', configured, secure);
    return server.address() as AddressInfo;
  }

  /**
   * Every local user who may enter its folder can connect, as to the loopback port: the folder is what is protected.
   * @throws ListenError
   */
  async listenUnix(path: string): Promise<void> {
    await clearStaleSocket('grpc.socket', path);
    await this.#listen({ path }, 'grpc.socket', path, this.#accept);
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
    accept: Accept,
  ): Promise<NetServer> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#take(socket, accept);
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

  #take(socket: Socket, accept: Accept): void {
    if (this.#sockets.size >= this.#maxConnections) {
      this.#refused();
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    accept(socket);
  }
}
