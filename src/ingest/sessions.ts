import { type Rank, type Runs, RunsLimitError } from '../runs/index.ts';
import { refuse, type Refusal } from './refusals.ts';
import { StepRate } from './step-rate.ts';
import type { AcceptedHello } from './validate/hello.ts';

/** The call that speaks for a session. */
export interface Speaker {
  /** Another call has taken its place, or the exporter stops. */
  dismiss(refusal: Refusal): void;
}

/** One process that speaks for a rank, over one call after the other. */
export interface Session<Call extends Speaker> {
  readonly hello: AcceptedHello;
  readonly rank: Rank;
  /** The call that is open now; null while the worker is gone. */
  call: Call | null;
  /** Of the rank, whoever speaks for it. */
  readonly rate: StepRate;
}

export interface SessionsParts {
  readonly runs: Runs;
  /** How fast each rank may report. */
  readonly stepsPerSecond: number;
  /** Seconds for which a worker keeps its rank after each call or a restart of the exporter, as long as the stream of one that froze may stay open. */
  readonly frozenAfter: number;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/**
 * Who speaks for which rank. A live session keeps its rank against all others: a launcher ends a worker before it starts its successor, so
 * one that comes earlier is an impostor or early, and is to try again. The same session may come back at any time and goes on where it
 * was, also after a restart of the exporter: how far it was heard is kept with its rank, which waits a moment for it.
 */
export class Sessions<Call extends Speaker> {
  readonly #parts: SessionsParts;
  readonly #byRank = new WeakMap<Rank, Session<Call>>();
  readonly #live = new Set<Session<Call>>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  get stepsPerSecond(): number {
    return this.#parts.stepsPerSecond;
  }

  /** What each worker may report. */
  get limits(): Runs['limits'] {
    return this.#parts.runs.limits;
  }

  /** Sessions with an open call. */
  get live(): ReadonlySet<Session<Call>> {
    return this.#live;
  }

  /** Gives the rank to the process that says hello, or tells why not. */
  open(hello: AcceptedHello, call: Call): { readonly session: Session<Call> } | { readonly refusal: Refusal } {
    const { runs, frozenAfter, stepsPerSecond } = this.#parts;
    const held = runs.find(hello.run, hello.rank);
    const holder = held === undefined ? undefined : this.#byRank.get(held);
    // Hashes of secrets: how long it takes to find them unequal tells nothing of a token.
    const resumed = held !== undefined && held.intake.session === hello.session;
    if (held !== undefined && !resumed && (holder?.call || this.#isExpected(held))) {
      const facts = { ...held.hello, seconds: frozenAfter };
      return { refusal: refuse(hello.attempt > held.hello.attempt ? 'rank_held' : 'session_taken', facts) };
    }
    let rank: Rank;
    try {
      rank = runs.join(hello, resumed);
    } catch (error) {
      if (!(error instanceof RunsLimitError)) throw error;
      return { refusal: refuse(error.option === 'max_runs' ? 'run_limit' : 'rank_limit', error) };
    }
    const former = holder?.call ?? null;
    if (holder !== undefined) this.close(holder);
    const session: Session<Call> = { hello, rank, call, rate: holder?.rate ?? new StepRate(stepsPerSecond) };
    this.#byRank.set(rank, session);
    this.#live.add(session);
    former?.dismiss(refuse('superseded', hello));
    return { session };
  }

  /** It spoke a moment ago, in a call or to the exporter before its restart, and may speak again. */
  #isExpected({ endedAt, calledAt, standing }: Rank): boolean {
    const { now, frozenAfter } = this.#parts;
    const since = calledAt ?? standing.awaitedSince;
    return endedAt === null && since !== null && now() - since < frozenAfter;
  }

  /** The session has no call any more. It can come back. */
  close(session: Session<Call>): void {
    session.call = null;
    this.#live.delete(session);
  }
}
