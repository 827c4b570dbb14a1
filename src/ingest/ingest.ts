import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@grpc/grpc-js';
import type { FindingChange } from '../findings/index.ts';
import { protocolMinor } from '../protocol/index.ts';
import { parseAddress, readToken, type TlsFiles } from '../listen/index.ts';
import type { RankHello, Runs } from '../runs/index.ts';
import type { SeriesTable } from '../series/index.ts';
import { CertificateSeries } from './certificate-series.ts';
import { exposure } from './exposure.ts';
import { findingMessage } from './finding-message.ts';
import { Health } from './health.ts';
import { limitsMessage } from './limits-message.ts';
import { Listeners, type Door } from './listeners.ts';
import { IngestCounts } from './metrics.ts';
import type { IngestOptions } from './options.ts';
import { addReflection } from './reflection.ts';
import { refuse, type Refusal } from './refusals.ts';
import { Requests, type RequestAnswer, type WorkerRequest } from './requests.ts';
import { secureConnections } from './secure-connections.ts';
import { createGrpcServer, credentials } from './server.ts';
import { Sessions } from './sessions.ts';
import { socketPath } from './unix-socket.ts';
import { TurnedAway } from './turned-away.ts';
import type { WorkerCall } from './worker-call.ts';

export interface IngestLog {
  warn(facts: object, message: string): void;
}

export interface IngestContext {
  readonly table: SeriesTable;
  readonly runs: Runs;
  readonly options: IngestOptions;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** What TCP connections speak TLS by; null where they do not. */
  readonly tls: TlsFiles | null;
  /** Told of what is open to the network, and once of every reason for which something is refused. */
  readonly log: IngestLog;
  /** Name and version, told to workers: "gradwatch 0.1.0". */
  readonly exporter: string;
  /** The name of this node, told to workers. */
  readonly node: string;
  /**
   * Puts what the runs hold on disk, soon; settles when it is there. Without it a batch is safe in memory. With it batches are
   * acknowledged by {@link Ingest.acknowledge} alone.
   */
  readonly persist?: () => Promise<unknown>;
}

/** How long a worker that says goodbye waits for the disk: the clients' own patience is 2 s. */
const goodbyeSeconds = 1;

/** How often the certificates are looked at: what a renewal may take to be seen. */
const refreshSeconds = 2;

/** Where workers reach the exporter; null where it does not listen. */
export interface Listening {
  readonly address: AddressInfo | null;
  readonly socket: string | null;
}

/** How long the last words to clients may take to leave. */
const lastWordSeconds = 0.2;

/** The gRPC service of workers: takes what they report into the runs and tells them what concerns them. */
export class Ingest {
  readonly #context: IngestContext;
  readonly #counts: IngestCounts;
  readonly #sessions: Sessions<WorkerCall>;
  readonly #requests: Requests;
  readonly #calls = new Set<WorkerCall>();
  #server: Server | null = null;
  #strayTold = false;
  #listeners: Listeners | null = null;
  readonly #turned: TurnedAway[] = [];
  readonly #health = new Health();
  readonly #certificate: CertificateSeries | null;
  #refreshing: NodeJS.Timeout | null = null;

  constructor(context: IngestContext) {
    this.#context = context;
    this.#counts = new IngestCounts(context.table, (reason) => {
      if (reason === 'stopping') return;
      const message = `refused something of a worker: ${reason}; the worker is told why, and gradwatch_exporter_refused_total counts further ones`;
      context.log.warn({ reason }, message);
    });
    this.#certificate = context.tls === null ? null : new CertificateSeries(context.table, context.tls);
    this.#sessions = new Sessions({
      runs: context.runs,
      stepsPerSecond: context.options.max_steps_per_second,
      frozenAfter: context.options.frozen_after,
      now: context.now,
    });
    this.#requests = new Requests(context.options.request_timeout);
  }

  /** Listens. @throws ListenError when it cannot, or when the token cannot be read. */
  async start(): Promise<Listening> {
    const { options, tls, log } = this.#context;
    const address = options.address === 'none' ? null : parseAddress('grpc.address', options.address);
    const socket = socketPath(options.socket);
    const server = this.#createServer(
      options.token_file === undefined ? null : readToken('grpc.token_file', options.token_file),
    );
    this.#health.addTo(server);
    if (options.reflection) await addReflection(server);
    const injector = server.createConnectionInjector(credentials);
    const door = this.#door((connection) => {
      injector.injectConnection(connection);
    });
    const listeners = new Listeners(options.max_connections);
    this.#server = server;
    this.#listeners = listeners;
    try {
      const bound =
        address === null
          ? null
          : await listeners.listenTcp(address, options.address, tls === null ? door : this.#secured(tls, door));
      if (socket !== null) await listeners.listenUnix(socket, door);
      const open = exposure(options);
      if (open !== null) log.warn({ address: options.address }, `workers come in from the network: ${open}`);
      this.#refreshing = setInterval(this.refresh, refreshSeconds * 1000).unref();
      return { address: bound, socket };
    } catch (error) {
      await this.stop(0);
      throw error;
    }
  }

  /**
   * Takes no more connections, tells every worker what is safe, ends the calls with UNAVAILABLE, and cuts what is open after the
   * grace time. Ranks stay as they are: that the exporter stops is no news of a worker.
   */
  async stop(graceSeconds: number): Promise<void> {
    const [server, listeners] = [this.#server, this.#listeners];
    if (server === null || listeners === null) return;
    this.#server = this.#listeners = null;
    if (this.#refreshing !== null) clearInterval(this.#refreshing);
    listeners.stop();
    this.#health.stop();
    for (const away of this.#turned) away.stop();
    for (const call of [...this.#calls]) call.dismiss(refuse('stopping'));
    // On Node.js 24 a connection that is told to close at once loses what was said last on its streams.
    if (graceSeconds > 0) await sleep(1000 * Math.min(graceSeconds, lastWordSeconds));
    // tryShutdown alone would wait for ever for a connection that its peer keeps open.
    const forced = setTimeout(() => {
      listeners.destroy();
    }, graceSeconds * 1000);
    await new Promise<void>((resolve) => {
      server.tryShutdown(() => {
        resolve();
      });
    });
    clearTimeout(forced);
    // Those in the midst of a handshake.
    listeners.destroy();
  }

  /** Looks whether the certificates have changed. */
  readonly refresh = (): void => {
    this.#context.tls?.refresh();
    this.#certificate?.show();
  };

  /** Reads the certificates now. @returns one line for each mistake, with which the last good ones stay in force */
  reloadCertificates(): readonly string[] {
    const mistakes = this.#context.tls?.reload() ?? [];
    this.#certificate?.show();
    return mistakes;
  }

  /** Tells every connected worker which of its batches are safe: a new snapshot is on disk. */
  acknowledge(): void {
    for (const { call } of this.#sessions.live) call?.acknowledge();
  }

  /** Tells every connected worker what it may report now. */
  tellLimits(): void {
    const limits = limitsMessage(this.#context.options, this.#context.runs.limits);
    for (const { call } of this.#sessions.live) call?.send({ limits });
  }

  /** Tells every connected worker of the finding's run. */
  finding(change: FindingChange): void {
    const { run } = change.finding.subject;
    const finding = findingMessage(change);
    if (run === null || finding === null) return;
    const message = { finding };
    for (const { hello, call } of this.#sessions.live) {
      if (hello.run === run) call?.send(message);
    }
  }

  /**
   * Asks the workers of a run, or one rank of it, and waits for their answers, at most `request_timeout`. With `rank` null every
   * connected worker answers for itself; a named rank that is not connected is told as such.
   * @throws RangeError when a factor or a number of steps is none.
   */
  async request(run: string, rank: number | null, request: WorkerRequest): Promise<readonly RequestAnswer[]> {
    const asked = [...this.#sessions.live].flatMap(({ hello, call }) =>
      hello.run === run && (rank === null || hello.rank === rank) && call !== null ? [call] : [],
    );
    const answers = await this.#requests.ask(asked, request);
    if (rank === null || answers.length > 0) return answers;
    return [{ rank, result: 'not_connected', message: 'no worker speaks for this rank now' }];
  }

  readonly #warnOfStray = ({ run, rank, node: worker }: RankHello): void => {
    if (this.#strayTold) return;
    this.#strayTold = true;
    const { log, node } = this.#context;
    const way =
      'it is taken; GRADWATCH_ADDRESS should lead to the exporter of its node, and NODE_NAME of both should name it alike';
    log.warn({ run, rank, worker, node }, `a worker of another node reports here: ${way}. Further ones are counted`);
  };

  #door(accept: (socket: Socket) => void): Door {
    const crowd = this.#turnedAway(refuse('connection_limit', { limit: this.#context.options.max_connections }));
    return {
      accept,
      turnAway: (socket) => {
        this.#counts.addRefused('connection_limit');
        crowd.take(socket);
      },
    };
  }

  #secured(tls: TlsFiles, door: Door): Door {
    const strangers = this.#turnedAway(refuse('client_certificate'));
    const secured = (accept: (socket: Socket) => void): ((socket: Socket) => void) =>
      secureConnections(tls, {
        accept,
        failed: () => {
          this.#counts.addRefused('tls_handshake');
        },
        stranger: (socket) => {
          this.#counts.addRefused('client_certificate');
          strangers.take(socket);
        },
      });
    return { accept: secured(door.accept), turnAway: secured(door.turnAway) };
  }

  #turnedAway(refusal: Refusal): TurnedAway {
    const away = new TurnedAway(refusal);
    this.#turned.push(away);
    return away;
  }

  #createServer(token: string | null): Server {
    const { options, now, exporter, node, persist } = this.#context;
    return createGrpcServer({
      options,
      token,
      now,
      persist:
        persist === undefined
          ? null
          : () => Promise.race([persist(), sleep(1000 * goodbyeSeconds, undefined, { ref: false })]),
      counts: this.#counts,
      sessions: this.#sessions,
      welcome: () => ({
        max_message_bytes: options.max_message_bytes,
        exporter,
        node,
        limits: limitsMessage(options, this.#context.runs.limits),
        protocol_minor: protocolMinor,
      }),
      known: (peer) => this.#listeners?.known(peer),
      node,
      strayed: this.#warnOfStray,
      opened: (call) => {
        this.#calls.add(call);
        // A call that came in on an open connection while the exporter stops.
        if (this.#server === null) call.dismiss(refuse('stopping'));
      },
      answered: (call, answer, refused) => {
        this.#requests.answered(call, answer, refused);
      },
      gone: (call) => {
        this.#calls.delete(call);
        this.#requests.gone(call);
      },
    });
  }
}
