import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  admits,
  ListenError,
  localAddress,
  parseAddress,
  type WebConfig,
  type WebConfigFile,
} from '../listen/index.ts';
import { BcryptWorker } from './bcrypt-worker.ts';
import { closingAnswer, refusalOf } from './client-error.ts';
import { Connections } from './connections.ts';
import { createApp } from './create-app.ts';
import { FindingStream } from './finding-stream.ts';
import { gate } from './gate.ts';
import { Passwords } from './passwords.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RefusalCounts } from './refusal-counts.ts';
import type { Served } from './served.ts';
import { WebConfigSeries } from './web-config-series.ts';

/** Scrapers, probes and people are few; more open connections are a fault or an attack, and each costs memory. */
const maximumConnections = 256;
/** Prometheus' own headers have less than 1 KB. */
const maximumHeaderBytes = 8_192;
/** Longer than the usual scrape intervals of up to a minute, so that a scraper keeps its connection. */
const keepAliveSeconds = 75;
/** How often the files of the web configuration are looked at: what a rotation of certificates may take to be seen. */
const refreshSeconds = 2;

/** How long a client may take. In a cluster all of it takes milliseconds. */
export interface Patience {
  readonly handshakeSeconds: number;
  /** A client that dribbles its header or body holds a connection. */
  readonly headersSeconds: number;
  readonly requestSeconds: number;
  /** No byte in either direction: a client that stops reading holds a whole body. */
  readonly idleSeconds: number;
  /** A body of /metrics, until it has been read: longer than any scrape may last. */
  readonly readSeconds: number;
  /** How often headers and requests are looked at. */
  readonly checkSeconds: number;
  /** How often a stream shows that it is alive; who has read nothing from one such beat to the next is dropped. */
  readonly beatSeconds: number;
}

const usual: Patience = {
  handshakeSeconds: 10,
  headersSeconds: 10,
  requestSeconds: 30,
  idleSeconds: 120,
  readSeconds: 60,
  checkSeconds: 5,
  beatSeconds: 15,
};

/** The server of metrics, health, API and the page. */
export class HttpServer {
  readonly #server: Server;
  readonly #address: string;
  readonly #webConfig: WebConfigFile | null;
  readonly #webConfigSeries: WebConfigSeries | null;
  readonly #bcrypt = new BcryptWorker();
  readonly #refusals: RefusalCounts;
  readonly #stream: FindingStream;
  #refreshing: NodeJS.Timeout | null = null;

  /** @param address as in the option `http.address` */
  constructor(served: Served, address: string, webConfig: WebConfigFile | null = null, patience: Patience = usual) {
    this.#address = address;
    this.#webConfig = webConfig;
    this.#webConfigSeries = webConfig === null ? null : new WebConfigSeries(served.table, webConfig);
    this.#refusals = new RefusalCounts(served.table);
    this.#stream = new FindingStream(served, this.#refusals, patience.beatSeconds);
    const limiter = new RateLimiter(webConfig?.current.rateLimit ?? null, () => performance.now() / 1000);
    const inForce = (): WebConfig | null => webConfig?.current ?? null;
    const app = createApp(
      served,
      inForce,
      gate({
        webConfig: inForce,
        limiter,
        passwords: new Passwords(this.#bcrypt.compare),
        token: served.token,
        refusals: this.#refusals,
      }),
      this.#refusals,
      this.#stream,
      patience.readSeconds,
    );
    this.#server = this.#createServer(patience);
    this.#server.on('request', (request, response) => {
      app(request, response);
    });
    webConfig?.subscribe(({ rateLimit, tls }) => {
      limiter.change(rateLimit);
      // Connections that are open go on as they are; new ones shake hands by the new certificate.
      if (tls !== null && this.#server instanceof TlsServer) this.#server.setSecureContext(tls.context);
    });
  }

  /** Listens, and gives the URL under which this machine reaches it. @throws ListenError */
  async start(): Promise<string> {
    this.#server.listen(parseAddress('http.address', this.#address));
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      throw ListenError.from('http.address', this.#address, error as NodeJS.ErrnoException);
    }
    this.#refreshing = setInterval(this.refresh, refreshSeconds * 1000).unref();
    const scheme = this.#server instanceof TlsServer ? 'https' : 'http';
    return `${scheme}://${localAddress(this.#server.address() as AddressInfo)}`;
  }

  /** Reads the web configuration now. @returns one line for each mistake, with which the last good one stays in force */
  reloadWebConfig(): readonly string[] {
    const mistakes = this.#webConfig?.reload() ?? [];
    this.#webConfigSeries?.show();
    return mistakes;
  }

  /** Looks whether the files of the web configuration have changed. */
  readonly refresh = (): void => {
    this.#webConfig?.refresh();
    this.#webConfigSeries?.show();
  };

  /** Takes no new connection, lets running answers end for as long as the grace lasts, then cuts them off. */
  async stop(graceSeconds: number): Promise<void> {
    if (this.#refreshing !== null) clearInterval(this.#refreshing);
    this.#stream.close();
    if (this.#server.listening) {
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
    await this.#bcrypt.stop();
  }

  #createServer({ handshakeSeconds, headersSeconds, requestSeconds, idleSeconds, checkSeconds }: Patience): Server {
    const limits = {
      maxHeaderSize: maximumHeaderBytes,
      headersTimeout: headersSeconds * 1000,
      requestTimeout: requestSeconds * 1000,
      keepAliveTimeout: keepAliveSeconds * 1000,
      connectionsCheckingInterval: checkSeconds * 1000,
    };
    const tls = this.#webConfig?.current.tls ?? null;
    const server =
      tls === null
        ? createServer(limits)
        : createTlsServer({
            ...limits,
            ...tls.context,
            handshakeTimeout: handshakeSeconds * 1000,
            // Who may come in is decided below, by a policy that can change while the server listens.
            requestCert: tls.clientAuth !== 'NoClientCert',
            rejectUnauthorized: false,
          });
    new Connections(maximumConnections, () => {
      this.#refusals.add('connection_limit');
    }).bound(server);
    server.timeout = idleSeconds * 1000;
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const reason = refusalOf(error);
      if (reason !== null) this.#refusals.add(reason);
      if (reason === null || !socket.writable) socket.destroy();
      else socket.end(closingAnswer(reason));
    });
    server.on('timeout', (socket: Socket) => {
      // Without an answer that waits to be read the connection was merely kept alive.
      if (socket.writableLength > 0) this.#refusals.add('slow_reader');
      socket.destroy();
    });
    server.on('tlsClientError', () => {
      this.#refusals.add('tls_handshake');
    });
    server.prependListener('secureConnection', (socket: TLSSocket) => {
      const policy = this.#webConfig?.current.tls ?? null;
      const peer = { certificate: socket.getPeerX509Certificate(), authorized: socket.authorized };
      if (policy === null || admits(policy, peer)) return;
      this.#refusals.add('client_certificate');
      socket.destroy();
    });
    return server;
  }
}
