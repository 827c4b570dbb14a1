import type { Answer, Finding__Output, Goodbye, HelloMessage, Request__Output } from '../protocol/index.ts';
import type { Backoff } from './backoff.ts';
import type { OpenChannel } from './channel.ts';
import type { Clock } from './clock.ts';
import { Connection } from './connection.ts';
import type { ConnectionEnd, ConnectionListener, ExporterWord, Welcome } from './connection.ts';
import { FlushPace } from './flush-pace.ts';
import { measure, unpack } from './measured-report.ts';
import { Outbox, type TooLarge } from './outbox.ts';
import { partNames, type WireReport } from './reports.ts';
import type { WireStep } from './wire-step.ts';
import type { Problem } from './value-kinds.ts';
import { Warnings } from './warnings.ts';

/** Answers that wait for a connection. The main thread remembers as many requests. */
const maxAnswers = 64;

export interface SenderEvents {
  readonly finding: (finding: Finding__Output) => void;
  readonly request: (request: Request__Output) => void;
  /** A sentence for a person, each said once. */
  readonly warning: (text: string) => void;
  /** A report cannot be sent to any exporter. */
  readonly unfit: (problem: Problem) => void;
}

/** Decides what is sent when: coalesces steps, resends, answers, says goodbye. */
export class Sender implements ConnectionListener {
  readonly #outbox: Outbox;
  readonly #connection: Connection;
  readonly #backoff: Backoff;
  readonly #clock: Clock;
  readonly #pace: FlushPace;
  readonly #events: SenderEvents;
  readonly #address: string;
  readonly #droppedBefore: () => number;
  readonly #warnings: Warnings;
  #answers: Answer[] = [];
  #everWelcomed = false;
  #tooLarge = 0;
  #goodbye: Goodbye | undefined;
  #finished: (delivered: boolean) => void = () => undefined;

  /** @param parts.droppedBefore steps of this session that were dropped on their way to this sender */
  constructor(parts: {
    readonly hello: HelloMessage;
    readonly address: string;
    readonly capacity: number;
    readonly open: OpenChannel;
    readonly clock: Clock;
    readonly backoff: Backoff;
    readonly droppedBefore: () => number;
    readonly events: SenderEvents;
  }) {
    this.#outbox = new Outbox(parts.capacity, (item) => {
      this.#tellLeftOut(item);
    });
    this.#clock = parts.clock;
    this.#pace = new FlushPace(parts.clock, () => {
      this.#flush();
    });
    this.#backoff = parts.backoff;
    this.#address = parts.address;
    this.#events = parts.events;
    this.#droppedBefore = parts.droppedBefore;
    this.#warnings = new Warnings(parts.events.warning);
    this.#connection = new Connection({ ...parts, listener: this });
  }

  start(): void {
    this.#connection.start();
  }

  report(steps: readonly WireStep[], urgent: boolean): void {
    for (const step of steps) this.#outbox.add(step);
    this.#tellOverflow();
    this.#pace.ask(urgent);
  }

  /** A report of its own goes with the next batch. */
  reportBeside(report: WireReport): void {
    try {
      this.#outbox.add(measure(report));
    } catch (error) {
      const field = partNames[report.part];
      this.#events.unfit({ field, text: `${field} cannot be sent: ${String(error)}` });
      return;
    }
    this.#tellOverflow();
    this.#pace.ask(false);
  }

  answer(answer: Answer): void {
    this.#answers = [...this.#answers, answer].slice(-maxAnswers);
    this.#flush();
  }

  /**
   * Sends what is left and the goodbye, then ends. `finished` is called once, within `timeoutMs`, and told whether the exporter
   * acknowledged every step and took the goodbye. An exporter that never greeted is tried once more and not waited for.
   */
  finish(goodbye: Goodbye, timeoutMs: number, finished: (delivered: boolean) => void): void {
    this.#goodbye = goodbye;
    const cancelTimeout = this.#clock.after(timeoutMs, () => {
      this.#conclude(false);
    });
    this.#finished = (delivered) => {
      cancelTimeout();
      finished(delivered);
    };
    this.#backoff.reset();
    this.#connection.start();
    this.#flush();
  }

  welcomed(welcome: Welcome): void {
    this.#everWelcomed = true;
    this.#outbox.resume(welcome.resume_from ?? 0, welcome.max_message_bytes);
    this.#flush();
  }

  heard({ acknowledgement, refusal, limits, finding, request }: ExporterWord): void {
    if (acknowledgement !== undefined) {
      this.#outbox.acknowledge(acknowledgement.sequence ?? 0);
      this.#connection.proveUseful();
    }
    if (refusal !== undefined) {
      const reason = refusal.reason ?? 'unknown';
      this.#warnings.warn(
        `refused ${reason}`,
        `the exporter did not take part of a batch (${reason}): ${refusal.message ?? ''}`,
      );
    }
    if (limits?.message_bytes !== undefined) this.#outbox.limit(limits.message_bytes);
    if (finding !== undefined) this.#events.finding(finding);
    if (request !== undefined) this.#events.request(request);
  }

  drained(): void {
    this.#flush();
  }

  ended({ code, details, wasOpen, refused, retryInMs }: ConnectionEnd): boolean {
    if (this.#goodbye !== undefined && (code === 'OK' || refused || (!wasOpen && !this.#everWelcomed))) {
      this.#conclude(code === 'OK');
      return false;
    }
    const next = `training goes on, the next attempt is in ${Math.ceil(retryInMs / 1000)} s`;
    if (refused)
      this.#warnings.warn(code, `the exporter at ${this.#address} refuses this worker: ${details} (${code}); ${next}`);
    else if (!this.#everWelcomed)
      this.#warnings.warn('absent', `nothing is reported to ${this.#address} yet: ${details}; ${next}`);
    return true;
  }

  #flush(): void {
    this.#pace.flushed();
    while (this.#connection.ready) {
      const answer = this.#answers.shift();
      if (answer !== undefined) {
        this.#connection.send({ answer });
        continue;
      }
      const batch = this.#outbox.next();
      if (batch === undefined) break;
      const dropped_steps = this.#outbox.dropped + this.#droppedBefore();
      const { sequence, steps, reports } = batch;
      this.#connection.send({ batch: { sequence, steps: [...steps], ...unpack(reports), dropped_steps } });
    }
    if (this.#goodbye === undefined || !this.#connection.ready) return;
    this.#connection.send({ goodbye: this.#goodbye });
    this.#connection.finishSending();
  }

  #conclude(goodbyeTaken: boolean): void {
    this.#pace.stop();
    this.#connection.stop();
    this.#finished(goodbyeTaken && this.#outbox.empty);
    this.#finished = () => undefined;
  }

  #tellOverflow(): void {
    if (this.#outbox.dropped === this.#tooLarge) return;
    this.#warnings.warn(
      'overflow',
      `the exporter at ${this.#address} has not taken what was reported for so long that the oldest reports are dropped; they are counted`,
    );
  }

  #tellLeftOut({ item, bytes, limit }: TooLarge): void {
    this.#tooLarge += 1;
    const name = 'part' in item ? partNames[item.part] : 'log';
    this.#warnings.warn(
      `too large ${name}`,
      `${name}: ${bytes} bytes are more than the ${limit} that a message to the exporter at ${this.#address} holds ` +
        '(grpc.max_message_bytes): the report was dropped; report fewer names at a time',
    );
  }
}
