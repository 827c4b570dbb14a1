import { plainText } from './plain-text.ts';
import { wellFormed } from './value-kinds.ts';
import type { Answer, Request__Output, RequestKind } from '../protocol/index.ts';

/**
 * What the script lets a person ask of it through the exporter; a kind without a handler is never asked. A handler that returns, or
 * whose promise is fulfilled, answers "done"; one that throws answers "refused", with the error's message. Handlers run when the event
 * loop turns, between two pieces of the script's own code.
 */
export interface RequestHandlers {
  /** Save a checkpoint now. */
  readonly checkpoint?: () => unknown;
  /** Stop cleanly after the current step. */
  readonly stop?: () => unknown;
  /** Multiply the learning rate by this factor, which is more than 0. */
  readonly scaleLearningRate?: (factor: number) => unknown;
  /** Report the layers for each of so many next steps, see `Run.layers`. */
  readonly logLayers?: (steps: number) => unknown;
}

const kinds = {
  checkpoint: 'REQUEST_KIND_CHECKPOINT',
  stop: 'REQUEST_KIND_STOP',
  scaleLearningRate: 'REQUEST_KIND_SCALE_LEARNING_RATE',
  logLayers: 'REQUEST_KIND_LOG_LAYERS',
} as const satisfies Record<keyof RequestHandlers, RequestKind>;

/** The kinds that are switched on, for the hello. */
export function supportedKinds(handlers: RequestHandlers): RequestKind[] {
  return (Object.keys(kinds) as (keyof RequestHandlers)[])
    .filter((name) => handlers[name] !== undefined)
    .map((name) => kinds[name]);
}

/** Names of handlers that nobody can ask for. */
export function unknownKinds(handlers: RequestHandlers): string[] {
  return Object.keys(handlers).filter((name) => !Object.hasOwn(kinds, name));
}

/** Requests that are remembered: the exporter asks again after a lost connection, and a learning rate must not be scaled twice. */
const maxRemembered = 64;

/** Hands requests to the script's handlers, each once, and answers them. */
export class RequestDesk {
  readonly #handlers: RequestHandlers;
  readonly #answer: (answer: Answer) => void;
  /** Null while the handler is at work. */
  readonly #seen = new Map<string, Answer | null>();

  constructor(handlers: RequestHandlers, answer: (answer: Answer) => void) {
    this.#handlers = handlers;
    this.#answer = answer;
  }

  async take(request: Request__Output): Promise<void> {
    const id = request.id ?? '';
    const known = this.#seen.get(id);
    if (known === null) return;
    if (known !== undefined) {
      this.#answer(known);
      return;
    }
    this.#remember(id, null);
    const answer: Answer = { request: id, ...(await this.#carryOut(request)) };
    this.#remember(id, answer);
    this.#answer(answer);
  }

  async #carryOut({ kind, factor, steps }: Request__Output): Promise<Omit<Answer, 'request'>> {
    const act = this.#find(kind, factor, steps);
    if (act === undefined) {
      return {
        result: 'RESULT_UNSUPPORTED',
        message: `the script has no handler for ${kind ?? 'a request without kind'}`,
      };
    }
    try {
      await act();
      return { result: 'RESULT_DONE' };
    } catch (error) {
      return {
        result: 'RESULT_REFUSED',
        message: error instanceof Error ? wellFormed(error.message) : plainText(error),
      };
    }
  }

  #find(
    kind: RequestKind | undefined,
    factor: number | undefined,
    steps: number | undefined,
  ): (() => unknown) | undefined {
    const { checkpoint, stop, scaleLearningRate, logLayers } = this.#handlers;
    if (kind === kinds.checkpoint) return checkpoint;
    if (kind === kinds.stop) return stop;
    if (kind === kinds.logLayers && logLayers !== undefined) {
      return () => {
        if (steps === undefined || steps < 1 || steps > 1_000) {
          throw new RangeError(`the number of steps ${String(steps)} is not between 1 and 1,000`);
        }
        return logLayers(steps);
      };
    }
    if (kind !== kinds.scaleLearningRate || scaleLearningRate === undefined) return undefined;
    return () => {
      if (factor === undefined || !(factor > 0) || factor === Infinity) {
        throw new RangeError(`the factor of the learning rate is ${String(factor)}, not a finite number above 0`);
      }
      return scaleLearningRate(factor);
    };
  }

  #remember(id: string, answer: Answer | null): void {
    this.#seen.set(id, answer);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > maxRemembered && oldest !== undefined) this.#seen.delete(oldest);
  }
}
