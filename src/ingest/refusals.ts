import { status } from '@grpc/grpc-js';
import type { Excess, RunsLimitError } from '../runs/index.ts';
import { quote } from './validate/foreign-text.ts';

interface LengthFacts {
  readonly what: string;
  readonly length: number;
  readonly limit: number;
  /** The option that raises the limit, null where it is fixed. */
  readonly option: string | null;
}

interface CoordinateFacts {
  readonly dimension: string;
  readonly index: number | undefined;
  readonly size: number | undefined;
  readonly limit: number;
}

/** What becomes of a worker over its rate: a stream is read more slowly, a call without one cannot be. */
const afterRate = {
  readLater: (seconds: string) => `nothing is lost, the next message is read in ${seconds} s`,
  takenLater: (seconds: string) => `this batch was taken, the next one is taken in ${seconds} s`,
  notTaken: (seconds: string) => `this batch was not taken, send it again in ${seconds} s`,
};

/**
 * Everything that can be refused, once: the code is the label `reason` of gradwatch_exporter_refused_total and the reason that the
 * worker is told; `status` ends the call, null means that only the named part is left out; the message says the value, the limit and
 * the way out.
 */
const table = {
  unauthenticated: {
    status: status.UNAUTHENTICATED,
    message: () => 'the exporter requires the header "authorization: Bearer <token>" with its token',
  },
  tls_handshake: {
    status: status.UNAVAILABLE,
    message: () =>
      'the TLS handshake failed; the worker needs the certificate authority of the exporter (GRADWATCH_TLS_CA_FILE)',
  },
  client_certificate: {
    status: status.UNAUTHENTICATED,
    message: () => 'the exporter requires a certificate that grpc.tls.client_ca_file has signed',
  },
  connection_limit: {
    status: status.RESOURCE_EXHAUSTED,
    message: ({ limit }: { limit: number }) =>
      `${limit} connections are open, the limit of grpc.max_connections; try again later`,
  },
  unfinished_limit: {
    status: status.RESOURCE_EXHAUSTED,
    message: () => 'too much came of calls that are not whole yet; the oldest made room, try again later',
  },
  message_size: {
    status: status.RESOURCE_EXHAUSTED,
    message: ({ bytes, limit }: { bytes: number | null; limit: number }) =>
      `a message of ${bytes === null ? `more than ${2 * limit}` : bytes} bytes is over the limit of ${limit} bytes (grpc.max_message_bytes); send smaller batches`,
  },
  malformed: {
    status: status.INVALID_ARGUMENT,
    message: () => 'the bytes are no gradwatch.v1.WorkerMessage; check the version of the client',
  },
  rate_limit: {
    status: null,
    message: ({ limit, seconds, then }: { limit: number; seconds: number; then: keyof typeof afterRate }) =>
      `more than the ${limit} steps per second of grpc.max_steps_per_second came; ${afterRate[then](seconds.toPrecision(2))}`,
  },
  hello_expected: {
    status: status.FAILED_PRECONDITION,
    message: () => 'the first message of a call must be a Hello',
  },
  hello_late: {
    status: status.FAILED_PRECONDITION,
    message: ({ seconds }: { seconds: number }) => `no Hello came within ${seconds} s`,
  },
  hello_repeated: {
    status: status.FAILED_PRECONDITION,
    message: () => 'a Hello was already taken on this call; open a new call to say it again',
  },
  hello_invalid: {
    status: status.INVALID_ARGUMENT,
    message: ({ field, value, expected }: { field: string; value: string; expected: string }) =>
      `Hello.${field} is ${value}, expected ${expected}`,
  },
  session_taken: {
    status: status.ALREADY_EXISTS,
    message: ({ run, rank, attempt }: { run: string; rank: number; attempt: number }) =>
      `another live session holds run ${quote(run)} rank ${rank} with attempt ${attempt}; a restarted rank must send a higher attempt`,
  },
  rank_held: {
    // The code that tells a client to come back within seconds.
    status: status.UNAVAILABLE,
    message: ({ run, rank, attempt, seconds }: { run: string; rank: number; attempt: number; seconds: number }) =>
      `a live worker holds run ${quote(run)} rank ${rank} with attempt ${attempt}; its place is free when it has ended, or has not answered for ${seconds} s (grpc.frozen_after); try again soon`,
  },
  superseded: {
    status: status.ALREADY_EXISTS,
    message: ({ run, rank }: { run: string; rank: number }) =>
      `run ${quote(run)} rank ${rank} is now spoken for by a newer call`,
  },
  run_limit: {
    status: status.RESOURCE_EXHAUSTED,
    message: ({ limit }: { limit: number }) =>
      `${limit} runs are alive or have just ended, the limit of runs.max_runs; try again later`,
  },
  rank_limit: {
    status: status.RESOURCE_EXHAUSTED,
    message: ({ option, limit }: Pick<RunsLimitError, 'option' | 'limit'>) =>
      `${limit} ranks ${option === 'max_ranks' ? 'of this run ' : ''}are alive or have just ended on this node, the limit of runs.${option}; try again later`,
  },
  sequence_invalid: {
    status: status.INVALID_ARGUMENT,
    message: ({ value }: { value: string }) =>
      `Batch.sequence is ${value}, expected a whole number from 1, one more for each batch of a session`,
  },
  sequence_leap: {
    status: status.INVALID_ARGUMENT,
    message: ({ value, last, limit }: { value: number; last: number; limit: number }) =>
      `Batch.sequence is ${value}, expected at most ${limit} more than the last, which was ${last}`,
  },
  sequence_gap: {
    // The code for a failed check of a sequence: https://grpc.io/docs/guides/status-codes/
    status: status.ABORTED,
    message: ({ sequence, last }: { sequence: number; last: number }) =>
      `Batch.sequence is ${sequence}, but the last that came is ${last}; the batch was not taken: send those between first, or this one again after a second when they are dropped`,
  },
  batch_length: {
    status: null,
    message: ({ steps, limit }: { steps: number; limit: number }) =>
      `a batch of ${steps} steps is over the limit of ${limit}; the steps beyond were left out, send smaller batches`,
  },
  step_invalid: {
    status: null,
    message: ({ value }: { value: string }) =>
      `Step.step is ${value}, expected a whole number from 0 to 2^53 - 1; the step was left out`,
  },
  time_invalid: {
    status: null,
    message: ({ what, value }: { what: string; value: string }) =>
      `${what} is ${value}, expected nanoseconds since 1970 of a time that has been; the time of arrival was taken`,
  },
  value_invalid: {
    status: null,
    message: ({ step, field, value, expected }: { step: number; field: string; value: string; expected: string }) =>
      `Step.${field} of step ${step} is ${value}, expected ${expected}; the value was left out`,
  },
  number_invalid: {
    status: null,
    message: ({ field, value, expected }: { field: string; value: string; expected: string }) =>
      `${field} is ${value}, expected ${expected}; it was left out`,
  },
  name_invalid: {
    status: null,
    message: ({ what, name, limit }: { what: string; name: string; limit: number }) =>
      `the name of ${what} is ${name}, expected 1 to ${limit} characters, none of them a control character; it was left out`,
  },
  name_limit: {
    status: null,
    message: ({ option, name, limit }: Excess) =>
      `${quote(name)} is one more than the ${limit} of runs.${option}; it was left out`,
  },
  series_limit: {
    status: null,
    message: ({ option, name, limit }: Excess) =>
      `${quote(name)} would make more than the ${limit} series of names that ${option === 'max_series' ? 'all runs' : 'a run'} may hold (runs.${option}); it was left out`,
  },
  length_limit: {
    status: null,
    message: ({ what, length, limit, option }: LengthFacts) =>
      `${length} ${what} are over the limit of ${limit}${option === null ? '' : ` (${option})`}; those beyond were left out`,
  },
  event_rate: {
    status: null,
    message: ({ limit }: { limit: number }) =>
      `more than the ${limit} events of runs.max_events_per_minute came within a minute; it was left out`,
  },
  enum_unknown: {
    status: null,
    message: ({ field }: { field: string }) =>
      `${field} is absent or a value of a later version of the protocol; it was ignored`,
  },
  distribution_invalid: {
    status: null,
    message: ({ limit }: { limit: number }) =>
      `a distribution has neither rising edges, one more than its counts, nor as many classes as counts, each once, or more than the ${limit} bins of runs.max_bins; it was left out`,
  },
  latency_invalid: {
    status: null,
    message: ({ limit }: { limit: number }) =>
      `a histogram of latencies needs rising bounds above 0, at most the ${limit} of runs.max_bins, and one more count; it was left out`,
  },
  coordinate_invalid: {
    status: null,
    message: ({ dimension, index, size, limit }: CoordinateFacts) =>
      `Hello.parallel.${dimension} has the index ${index ?? 'absent'} of ${size ?? 'absent'}, expected 0 <= index < size <= ${limit}; it was left out`,
  },
  label_invalid: {
    status: null,
    message: ({ name }: { name: string }) =>
      `a label is called ${name}, expected at most 64 letters, digits and underscores, no digit first and not "__"; it was left out`,
  },
  label_limit: {
    status: null,
    message: ({ labels, limit }: { labels: number; limit: number }) =>
      `${labels} labels are more than the ${limit} of runs.max_labels; those beyond were left out`,
  },
  stopping: {
    status: status.UNAVAILABLE,
    message: () => 'the exporter stops; connect again',
  },
} as const;

export type RefusalCode = keyof typeof table;
export const refusalCodes = Object.keys(table) as readonly RefusalCode[];

export interface Refusal {
  readonly code: RefusalCode;
  /** The gRPC status that ends the call; null where the call goes on. */
  readonly status: status | null;
  readonly message: string;
}

type Facts<Code extends RefusalCode> = Parameters<(typeof table)[Code]['message']>;

export function refuse<Code extends RefusalCode>(code: Code, ...facts: Facts<Code>): Refusal {
  const { status, message } = table[code] as { status: status | null; message: (...facts: Facts<Code>) => string };
  return { code, status, message: message(...facts) };
}
