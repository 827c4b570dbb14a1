import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError, localAddress, parseAddress } from '../listen/index.ts';
import { createApp } from './create-app.ts';
import type { Served } from './served.ts';

/** Scrapers, probes and people are few; more open connections are a fault or an attack, and each costs memory. */
const maximumConnections = 256;
/** Prometheus' own headers have less than 1 KB. */
const maximumHeaderBytes = 8_192;
/** A client that dribbles its header or body holds a connection; in a cluster both take milliseconds. */
const headersTimeoutSeconds = 10;
const requestTimeoutSeconds = 30;
/** Longer than the usual scrape intervals of up to a minute, so that a scraper keeps its connection. */
const keepAliveSeconds = 75;
/** A client that stops reading holds a whole body. */
const idleSeconds = 120;

/** The server of metrics, health, API and the page. */
export class HttpServer {
  readonly #server: Server;
  readonly #address: string;

  /** @param address as in the option `http.address` */
  constructor(served: Served, address: string) {
    this.#address = address;
    const app = createApp(served);
    this.#server = createServer(
      {
        maxHeaderSize: maximumHeaderBytes,
        headersTimeout: headersTimeoutSeconds * 1000,
        requestTimeout: requestTimeoutSeconds * 1000,
        keepAliveTimeout: keepAliveSeconds * 1000,
      },
      (request, response) => {
        app(request, response);
      },
    );
    this.#server.maxConnections = maximumConnections;
    this.#server.timeout = idleSeconds * 1000;
  }

  /** Listens, and gives the URL under which this machine reaches it. @throws ListenError */
  async start(): Promise<string> {
    this.#server.listen(parseAddress('http.address', this.#address));
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      throw ListenError.from('http.address', this.#address, error as NodeJS.ErrnoException);
    }
    return `http://${localAddress(this.#server.address() as AddressInfo)}`;
  }

  /** Takes no new connection, lets running answers end for as long as the grace lasts, then cuts them off. */
  async stop(graceSeconds: number): Promise<void> {
    if (!this.#server.listening) return;
    const forced = setTimeout(() => {
      this.#server.closeAllConnections();
    }, graceSeconds * 1000);
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeIdleConnections();
    });
    clearTimeout(forced);
  }
}
