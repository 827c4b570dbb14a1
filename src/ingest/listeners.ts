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
 * here and connections are handed to it. TCP and the Unix socket have a limit each, so that nobody locks the other out by the one. Where
 * it is reached over TCP, a connection on which no worker has said who it is gives way to a new one, the oldest first.
 */
export class Listeners {
  readonly #servers: NetServer[] = [];
  readonly #sockets = new Set<Socket>();
  /** TCP connections by the address of the peer, on which nobody is known yet, in the order in which they came. */
  readonly #unknown = new Map<string, Socket>();
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

  /** A worker said who it is on the connection of this peer, as "address:port"; that of a Unix socket has no name. */
  known(peer: string): void {
    this.#unknown.delete(peer);
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
    const open = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      this.#take(socket, open, door);
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

  #take(socket: Socket, open: Set<Socket>, door: Door): void {
    if (open.size >= this.#maxConnections && !this.#giveWay(socket, open)) {
      door.turnAway(socket);
      return;
    }
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    if (socket.remotePort !== undefined) this.#unknown.set(peer, socket);
    for (const sockets of [open, this.#sockets]) sockets.add(socket);
    socket.once('close', () => {
      if (this.#unknown.get(peer) === socket) this.#unknown.delete(peer);
      for (const sockets of [open, this.#sockets]) sockets.delete(socket);
    });
    door.accept(socket);
  }

  #giveWay({ remotePort }: Socket, open: Set<Socket>): boolean {
    const [oldest] = this.#unknown;
    if (remotePort === undefined || oldest === undefined) return false;
    const [peer, socket] = oldest;
    this.#unknown.delete(peer);
    open.delete(socket);
    socket.destroy();
    return true;
  }
}
