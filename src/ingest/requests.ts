import { randomUUID } from 'node:crypto';
import type { Answer, RequestKind } from '../protocol/index.ts';
import type { Refusal } from './refusals.ts';
import { description } from './validate/foreign-text.ts';
import { enumOf } from './validate/told-enum.ts';
import type { WorkerCall } from './worker-call.ts';

const kinds = {
  checkpoint: 'REQUEST_KIND_CHECKPOINT',
  stop: 'REQUEST_KIND_STOP',
  scale_learning_rate: 'REQUEST_KIND_SCALE_LEARNING_RATE',
  log_layers: 'REQUEST_KIND_LOG_LAYERS',
} as const satisfies Readonly<Record<string, RequestKind>>;

/** What a person can ask of a worker. */
export type RequestName = keyof typeof kinds;
export type WorkerRequest =
  | { readonly kind: 'checkpoint' | 'stop' }
  /** Finite and above 0. */
  | { readonly kind: 'scale_learning_rate'; readonly factor: number }
  /** For so many steps, 1 to 1,000. */
  | { readonly kind: 'log_layers'; readonly steps: number };
export const requestNames = Object.keys(kinds) as readonly RequestName[];

export interface RequestAnswer {
  readonly rank: number;
  /** `no_answer`: none came in time, or the worker went away before. `unknown`: its answer tells no result, or one of a later version. */
  readonly result: 'done' | 'refused' | 'unsupported' | 'unknown' | 'no_answer' | 'not_connected';
  /** The worker's own words, or the exporter's; null where there are none. */
  readonly message: string | null;
}

const results = {
  RESULT_DONE: 'done',
  RESULT_REFUSED: 'refused',
  RESULT_UNSUPPORTED: 'unsupported',
} as const satisfies Readonly<Partial<Record<NonNullable<Answer['result']>, RequestAnswer['result']>>>;
const maxMessageLength = 512;
/** Requests that wait for an answer at a time; a person asks one after the other. */
const maxPending = 4096;

interface Pending {
  readonly call: WorkerCall;
  readonly settle: (answer: Omit<RequestAnswer, 'rank'>) => void;
}

/** Questions to workers that wait for their answers. */
export class Requests {
  readonly #timeoutSeconds: number;
  readonly #pending = new Map<string, Pending>();

  constructor(timeoutSeconds: number) {
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** @throws RangeError when a factor or a number of steps is none. */
  async ask(calls: readonly WorkerCall[], request: WorkerRequest): Promise<readonly RequestAnswer[]> {
    checkRange(request);
    return Promise.all(calls.map((call) => this.#askOne(call, request)));
  }

  /** An answer counts only from the call that was asked. */
  answered(call: WorkerCall, { request = '', result, message }: Answer, refused: (refusal: Refusal) => void): void {
    const pending = this.#pending.get(request);
    if (pending?.call !== call) return;
    pending.settle({
      result: enumOf(results, result, 'Answer.result', refused) ?? 'unknown',
      message: description(message, maxMessageLength),
    });
  }

  gone(call: WorkerCall): void {
    for (const pending of this.#pending.values()) {
      if (pending.call === call) pending.settle({ result: 'no_answer', message: 'the worker went away' });
    }
  }

  async #askOne(call: WorkerCall, { kind, ...range }: WorkerRequest): Promise<RequestAnswer> {
    const { session } = call;
    const rank = session?.hello.rank ?? NaN;
    if (session?.hello.supports.has(kinds[kind]) !== true) {
      return { rank, result: 'unsupported', message: 'the training script has not switched this kind on' };
    }
    if (this.#pending.size >= maxPending) {
      return { rank, result: 'refused', message: `${maxPending} requests wait for an answer; try again later` };
    }
    const id = randomUUID();
    const answer = await new Promise<Omit<RequestAnswer, 'rank'>>((settle) => {
      const timer = setTimeout(() => {
        settle({ result: 'no_answer', message: `no answer came within ${this.#timeoutSeconds} s` });
      }, this.#timeoutSeconds * 1000);
      const settleOnce: Pending['settle'] = (given) => {
        clearTimeout(timer);
        settle(given);
      };
      this.#pending.set(id, { call, settle: settleOnce });
      call.send({ request: { id, kind: kinds[kind], ...range } });
    });
    this.#pending.delete(id);
    return { rank, ...answer };
  }
}

function checkRange(request: WorkerRequest): void {
  if (request.kind === 'scale_learning_rate' && !(request.factor > 0 && request.factor < Infinity)) {
    throw new RangeError(`the factor of scale_learning_rate is ${request.factor}, expected a number above 0`);
  }
  if (
    request.kind === 'log_layers' &&
    !(Number.isInteger(request.steps) && request.steps >= 1 && request.steps <= 1000)
  ) {
    throw new RangeError(`the steps of log_layers are ${request.steps}, expected a whole number from 1 to 1000`);
  }
}
