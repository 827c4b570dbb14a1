import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Finding, FindingChange } from '../findings/index.ts';
import { gauge, type Row } from '../series/index.ts';
import { ApiError } from './api-error.ts';
import { EventRing } from './event-ring.ts';
import type { RefusalCounts } from './refusal-counts.ts';
import type { Served } from './served.ts';

export const streamMetrics = {
  streams: gauge('gradwatch_exporter_http_streams', { help: 'Clients that follow the findings as server-sent events' }),
} as const;

/** Each holds a connection of the server's 256, and what it has not read yet. */
const mostClients = 32;
/** Changes that a client can have missed: findings are few, and of an incident there come dozens. */
const remembered = 1024;
/** Beside what a client had missed. A finding is about one kilobyte. */
const mostWaitingBytes = 256 * 1024;

interface Client {
  readonly response: Response;
  readonly wants: (finding: Finding) => boolean;
  /** Bytes of what it had missed that had not left at the last beat. */
  missed: number;
  /** Bytes that had not left at the last beat. */
  waiting: number;
}

/** Tells clients of every change of a finding as it happens, as server-sent events. */
export class FindingStream {
  readonly #ring = new EventRing(randomBytes(4).toString('hex'), remembered);
  readonly #clients = new Set<Client>();
  readonly #refusals: RefusalCounts;
  readonly #row: Row<'streams'>;
  readonly #beat: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  /** @param beatSeconds how often a silent stream shows that it is alive; who reads nothing from one to the next is dropped */
  constructor({ table, findings }: Served, refusals: RefusalCounts, beatSeconds: number) {
    this.#refusals = refusals;
    this.#row = table.group([], streamMetrics).row({});
    this.#row.set('streams', 0);
    this.#unsubscribe = findings.subscribe(this.#tell);
    this.#beat = setInterval(this.#keepAlive, beatSeconds * 1000).unref();
  }

  /** The id of the last change, from which a client that lists the findings now can go on. */
  get lastId(): string {
    return this.#ring.lastId;
  }

  /** Answers with a stream that goes on until one of the two leaves. @throws ApiError when there are too many */
  follow(request: Request, response: Response, wants: Client['wants'], lastId: string | undefined): void {
    if (this.#clients.size >= mostClients) {
      this.#refusals.add('stream_limit');
      response.set('Retry-After', '30');
      throw new ApiError(503, 'busy', `${mostClients} clients follow the findings, the limit; list them instead`);
    }
    response.set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache',
      // Proxies that collect an answer before they pass it on would never pass this one on.
      'X-Accel-Buffering': 'no',
      Connection: 'close',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const client: Client = { response, wants, missed: 0, waiting: 0 };
    this.#clients.add(client);
    this.#row.set('streams', this.#clients.size);
    response.once('close', () => {
      this.#clients.delete(client);
      this.#row.set('streams', this.#clients.size);
    });
    const missed = lastId === undefined ? [] : this.#ring.after(lastId);
    // Something was missed that nobody remembers: the client has to list anew.
    if (missed === null) response.write('event: reset\ndata: {}\n\n');
    for (const { change, text } of missed ?? []) if (wants(change.finding)) response.write(text);
    response.write(this.#standing());
    client.missed = response.writableLength;
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#beat);
    this.#unsubscribe();
    for (const { response } of this.#clients) response.end();
  }

  readonly #tell = (change: FindingChange): void => {
    const { text } = this.#ring.add(change);
    for (const client of this.#clients) {
      if (!client.wants(change.finding)) continue;
      client.response.write(text);
      if (client.response.writableLength > client.missed + mostWaitingBytes) this.#drop(client);
    }
  };

  readonly #keepAlive = (): void => {
    for (const client of this.#clients) {
      const { writableLength } = client.response;
      if (client.waiting > 0 && writableLength >= client.waiting) {
        this.#drop(client);
        continue;
      }
      client.waiting = writableLength;
      client.missed = Math.min(client.missed, writableLength);
      client.response.write(this.#standing());
    }
  };

  /** A comment, and where the client stands now, also when it wanted nothing of what happened: an id without data is no event. */
  #standing(): string {
    return `:\nid: ${this.lastId}\n\n`;
  }

  #drop({ response }: Client): void {
    this.#refusals.add('slow_reader');
    response.destroy();
  }
}
