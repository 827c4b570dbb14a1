import type { ExporterMessage__Output, HelloMessage, WorkerMessage } from '../protocol/index.ts';
import type { Backoff } from './backoff.ts';
import type { Channel, ChannelEnd, OpenChannel } from './channel.ts';
import type { Clock } from './clock.ts';

/** An exporter that takes the stream and does not greet within this time is as good as absent. */
const welcomeWithinMs = 10_000;
/** After a refusal somebody has to change something first. */
const refusedDelayMs = 30_000;

export type Welcome = NonNullable<ExporterMessage__Output['welcome']>;

/** What the exporter says after its welcome. */
export type ExporterWord = Omit<ExporterMessage__Output, 'welcome'>;

export interface ConnectionListener {
  /** The exporter greets: messages can be sent from now on. */
  welcomed(welcome: Welcome): void;
  heard(word: ExporterWord): void;
  /** The exporter keeps up again after `send` had answered false. */
  drained(): void;
  /** The stream ended. False means: stay away; else it is tried again after the delay of which the listener is told. */
  ended(end: ConnectionEnd): boolean;
}

export interface ConnectionEnd extends ChannelEnd {
  /** Whether the exporter had greeted. */
  readonly wasOpen: boolean;
  /** It was reached and said no, to this worker or to what it sent. */
  readonly refused: boolean;
  readonly retryInMs: number;
}

/** What an exporter says no with, see the service in the proto file, and a server that is none. All else is the transport's. */
const refusals: ReadonlySet<string> = new Set([
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'INVALID_ARGUMENT',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'UNAUTHENTICATED',
  'UNIMPLEMENTED',
]);

/** Keeps one stream to the exporter alive: says hello, waits for the welcome, comes back after an end. */
export class Connection {
  readonly #hello: HelloMessage;
  readonly #open: OpenChannel;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #listener: ConnectionListener;
  #channel: Channel | undefined;
  #greeted = false;
  #heldBack = false;
  #finishing = false;
  #cancelTimer: () => void = () => undefined;
  /** Counts streams, so that a late word of an abandoned one is not taken for the present one's. */
  #generation = 0;

  constructor(parts: {
    readonly hello: HelloMessage;
    readonly open: OpenChannel;
    readonly clock: Clock;
    readonly backoff: Backoff;
    readonly listener: ConnectionListener;
  }) {
    this.#hello = parts.hello;
    this.#open = parts.open;
    this.#clock = parts.clock;
    this.#backoff = parts.backoff;
    this.#listener = parts.listener;
  }

  /** Whether a message can be sent now. */
  get ready(): boolean {
    return this.#greeted && !this.#heldBack && !this.#finishing;
  }

  /** Connects now, also where a delay was being waited out. */
  start(): void {
    if (this.#channel !== undefined) return;
    this.#cancelTimer();
    this.#generation += 1;
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    try {
      this.#channel = this.#open({
        message: (message) => {
          if (current()) this.#hear(message);
        },
        drained: () => {
          if (!current()) return;
          this.#heldBack = false;
          this.#listener.drained();
        },
        ended: (end) => {
          if (current()) this.#end(end);
        },
      });
    } catch (error) {
      this.#cancelTimer = this.#clock.after(0, () => {
        this.#end({ code: 'UNAVAILABLE', details: error instanceof Error ? error.message : String(error) });
      });
      return;
    }
    this.#cancelTimer = this.#clock.after(welcomeWithinMs, () => {
      this.#end({ code: 'DEADLINE_EXCEEDED', details: `no welcome within ${welcomeWithinMs / 1000} s` });
    });
    this.#channel.send({ hello: this.#hello });
  }

  /** Sends on the open stream; only while {@link ready}. */
  send(message: WorkerMessage): void {
    if (this.#channel?.send(message) === false) this.#heldBack = true;
  }

  /** Nothing more will be sent on this stream; the exporter answers and ends it. */
  finishSending(): void {
    this.#finishing = true;
    this.#channel?.finishSending();
  }

  /** The exporter took something in: the next end is not one of a series of failures. */
  proveUseful(): void {
    this.#backoff.reset();
  }

  /** Ends the stream and stays away. */
  stop(): void {
    this.#generation += 1;
    this.#cancelTimer();
    this.#greeted = false;
    this.#heldBack = false;
    this.#finishing = false;
    this.#channel?.close();
    this.#channel = undefined;
  }

  #hear({ welcome, ...word }: ExporterMessage__Output): void {
    if (welcome === undefined) {
      this.#listener.heard(word);
      return;
    }
    this.#cancelTimer();
    this.#greeted = true;
    this.#listener.welcomed(welcome);
  }

  #end(end: ChannelEnd): void {
    const wasOpen = this.#greeted;
    const refused = refusals.has(end.code);
    const retryInMs = refused ? refusedDelayMs : this.#backoff.next();
    this.stop();
    if (!this.#listener.ended({ ...end, wasOpen, refused, retryInMs })) return;
    this.#cancelTimer = this.#clock.after(retryInMs, () => {
      this.start();
    });
  }
}
