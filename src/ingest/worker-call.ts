import type { Answer, Batch, Goodbye, Hello, Welcome, WorkerMessage__Output } from '../protocol/index.ts';
import { protocolMinor } from '../protocol/index.ts';
import type { EndState, RankHello } from '../runs/index.ts';
import { description, quote } from './validate/foreign-text.ts';
import type { IngestCounts } from './metrics.ts';
import type { Outbox } from './outbox.ts';
import { Refused } from './refused.ts';
import { refuse, type Refusal } from './refusals.ts';
import { sameNode } from './same-node.ts';
import type { Session, Sessions, Speaker } from './sessions.ts';
import { costOf, takeBatch } from './take-batch.ts';
import { validateHello } from './validate/hello.ts';
import { numberOf } from './validate/number.ts';

/** What the calls of one exporter share. */
export interface WorkerCallContext {
  readonly sessions: Sessions<WorkerCall>;
  readonly counts: IngestCounts;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Told to every worker. */
  readonly welcome: () => Omit<Welcome, 'resume_from'>;
  /** The name of this node. */
  readonly node: string;
  /** A worker said hello that runs on another node than this one. */
  readonly strayed: (hello: RankHello) => void;
  readonly opened: (call: WorkerCall) => void;
  /** A worker answered a request; what of it is not understood is told to `refused`. */
  readonly answered: (call: WorkerCall, answer: Answer, refused: (refusal: Refusal) => void) => void;
  /** The call has ended. */
  readonly gone: (call: WorkerCall) => void;
  /** Makes safe on disk what was received, and settles soon, whatever the disk does; null where it is safe in memory. */
  readonly persist: (() => Promise<unknown>) | null;
}

/** The call as it is read. */
export interface Reading {
  /** It is open for as long as the worker lives: its end says that the worker is gone. */
  readonly lasting: boolean;
  /** Reads nothing more of the worker for so many seconds. */
  readonly hold: (seconds: number) => void;
}

const endings: Readonly<Partial<Record<NonNullable<Goodbye['ending']>, EndState>>> = {
  ENDING_FINISHED: 'finished',
  ENDING_FAILED: 'failed',
  ENDING_PREEMPTED: 'preempted',
};
const maxReasonLength = 512;
/** Batches that a worker may have dropped between two that it sends: hours of them. */
const maxMissing = 1_000_000;

/**
 * The life of one stream: hello, batches and answers, goodbye. It knows nothing of sockets. Waiting for the hello it has no session;
 * once closed it takes nothing more.
 */
export class WorkerCall implements Speaker {
  readonly #context: WorkerCallContext;
  readonly #outbox: Outbox;
  readonly #reading: Reading;
  #session: Session<WorkerCall> | null = null;
  #closed = false;
  #minor = 0;
  #isStray = false;
  /** The worker has said goodbye and still is to be told what is safe. */
  #parting = false;

  constructor(context: WorkerCallContext, outbox: Outbox, reading: Reading) {
    this.#context = context;
    this.#outbox = outbox;
    this.#reading = reading;
    context.opened(this);
  }

  /** Null before the hello. */
  get session(): Session<WorkerCall> | null {
    return this.#session;
  }

  /** Whether the worker speaks a newer version of the protocol. */
  get isNewer(): boolean {
    return this.#minor > protocolMinor;
  }

  /** Whether the worker runs on another node than this exporter. */
  get isStray(): boolean {
    return this.#isStray;
  }

  receive(message: WorkerMessage__Output): void {
    if (this.#closed) return;
    if (this.#session === null) {
      if (message.hello === undefined) this.refuse(refuse('hello_expected'));
      else this.#greet(message.hello);
    } else if (message.batch !== undefined) this.#take(message.batch, this.#session);
    else if (message.answer !== undefined) this.#hearAnswer(message.answer);
    else if (message.goodbye !== undefined) this.#part(message.goodbye, this.#session);
    else if (message.hello !== undefined) this.refuse(refuse('hello_repeated'));
    // Anything else is a message of a later version.
    this.#slowDown(message.batch === undefined ? 0 : costOf(message.batch));
  }

  /** The stream has ended, however. Without a goodbye the worker is lost: a clean end is also how a killed process looks at first. */
  ended(): void {
    const lost = !this.#closed;
    this.#leave();
    if (this.#parting) return;
    this.#outbox.close(null);
    this.#outbox.abandon();
    if (lost) this.#lose('its stream ended without goodbye');
  }

  /** Ends the call because of what came on it. The worker is lost unless it says hello again. */
  refuse(refusal: Refusal): void {
    if (this.#closed) return;
    this.#context.counts.addRefused(refusal.code);
    this.#leave();
    this.#outbox.close(refusal);
    this.#lose(`its call was refused: ${refusal.code}`);
  }

  /** Ends the call of a worker that is to be heard again in another one. */
  rest(): void {
    if (this.#closed) return;
    this.#leave();
    this.#outbox.close(null);
  }

  /** Ends the call for a reason that is not the worker's: its rank stays as it is. */
  dismiss(refusal: Refusal): void {
    if (this.#closed) return;
    this.#context.counts.addRefused(refusal.code);
    this.#leave();
    this.#outbox.close(refusal);
  }

  /** Tells the worker which of its batches are safe. */
  acknowledge(): void {
    const intake = this.#session?.rank.intake;
    if (intake === undefined) return;
    const safe = this.#context.persist === null ? intake.sequence : intake.onDisk;
    if (safe > 0) this.#outbox.acknowledge(safe);
  }

  send(message: Parameters<Outbox['send']>[0]): void {
    this.#outbox.send(message);
  }

  /** A rank that sends too fast is read more slowly: its clients keep what waits, and go on. */
  #slowDown(steps: number): void {
    const { counts, now, sessions } = this.#context;
    const seconds = this.#session?.rate.take(steps, now()) ?? 0;
    if (seconds === 0 || this.#closed) return;
    // A call without a stream that has said hello only is refused as a whole by who reads it.
    if (this.#reading.lasting || steps > 0) {
      const then = this.#reading.lasting ? 'readLater' : 'takenLater';
      const { code, message } = refuse('rate_limit', { limit: sessions.stepsPerSecond, seconds, then });
      counts.addRefused(code);
      this.#outbox.send({ refusal: { reason: code, message } });
    }
    this.#reading.hold(seconds);
  }

  #greet(hello: Hello): void {
    const left = new Refused(this.#context.counts);
    const result = validateHello(hello, this.#context.sessions.limits.max_labels, left.add);
    if ('refusal' in result) {
      this.refuse(result.refusal);
      return;
    }
    const opened = this.#context.sessions.open(result.hello, this);
    if ('refusal' in opened) {
      this.refuse(opened.refusal);
      return;
    }
    this.#session = opened.session;
    if (!this.#reading.lasting) opened.session.rank.reportsByCalls(this.#context.now());
    this.#minor = hello.protocol_minor ?? 0;
    this.#context.counts.addHello(this.#minor);
    this.#lookWhere(result.hello);
    this.#countWorkers();
    this.#outbox.send({ welcome: { resume_from: opened.session.rank.intake.sequence, ...this.#context.welcome() } });
    this.#tell(left);
    this.acknowledge();
  }

  #take(batch: Batch, session: Session<WorkerCall>): void {
    const { counts } = this.#context;
    const { sequence } = batch;
    if (sequence === undefined || sequence < 1 || !Number.isSafeInteger(sequence)) {
      this.refuse(refuse('sequence_invalid', { value: sequence === undefined ? 'absent' : quote(sequence) }));
      return;
    }
    const { rank } = session;
    const last = rank.intake.sequence;
    if (last > 0 && sequence > last + maxMissing) {
      this.refuse(refuse('sequence_leap', { value: sequence, last, limit: maxMissing }));
      return;
    }
    if (sequence <= last) {
      counts.add('duplicates');
      this.acknowledge();
      return;
    }
    // A session's first batch may have a high number: those before were acknowledged by the exporter as it ran before a restart.
    if (last > 0) counts.add('missing', sequence - last - 1);
    counts.add('batches');
    const refused = new Refused(counts);
    this.#takeParts(batch, session, refused);
    rank.received(sequence, numberOf(batch.dropped_steps, 'count', 'Batch.dropped_steps', refused.add) ?? 0);
    this.#tell(refused, sequence);
    // Else it is acknowledged when a snapshot has it.
    if (this.#context.persist === null) this.acknowledge();
  }

  #takeParts(batch: Batch, session: Session<WorkerCall>, refused: Refused): void {
    const { counts, now, sessions } = this.#context;
    counts.add(
      'steps',
      takeBatch(batch, session.rank, { arrival: now(), limits: sessions.limits, refused: refused.add }),
    );
  }

  #hearAnswer(answer: Answer): void {
    const refused = new Refused(this.#context.counts);
    this.#context.answered(this, answer, refused.add);
    this.#tell(refused);
  }

  #tell(refused: Refused, sequence?: number): void {
    for (const { code, message } of refused.first) {
      this.#outbox.send({ refusal: { ...(sequence !== undefined && { sequence }), reason: code, message } });
    }
  }

  #part({ ending, reason }: Goodbye, session: Session<WorkerCall>): void {
    const state = (ending === undefined ? undefined : endings[ending]) ?? 'finished';
    const told = description(reason, maxReasonLength);
    this.#leave();
    session.rank.end(state, this.#context.now(), told === null ? 'it said goodbye' : `it said goodbye: ${told}`);
    void this.#takeLeave();
  }

  /** The worker waits for it, so it does not wait for the next beat. */
  async #takeLeave(): Promise<void> {
    this.#parting = true;
    if (this.#context.persist !== null) {
      await this.#context.persist();
      this.acknowledge();
    }
    this.#outbox.close(null);
  }

  #lose(reason: string): void {
    if (this.#reading.lasting) this.#session?.rank.end('lost', this.#context.now(), reason);
  }

  /** A worker of another node is taken like any other, but somebody may want to know that it came the wrong way. */
  #lookWhere(hello: RankHello): void {
    const { counts, strayed, node } = this.#context;
    this.#isStray = hello.node !== null && !sameNode(hello.node, node);
    if (!this.#isStray) return;
    counts.add('strayHellos');
    strayed(hello);
  }

  /** Takes nothing more, and is no longer the voice of its session. */
  #leave(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.gone(this);
    if (this.#session?.call !== this) return;
    this.#context.sessions.close(this.#session);
    this.#countWorkers();
  }

  #countWorkers(): void {
    const { counts, sessions } = this.#context;
    let strays = 0;
    for (const { call } of sessions.live) if (call?.isStray === true) strays += 1;
    counts.setWorkers(sessions.live.size, strays);
  }
}
