import {
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  type ServerDuplexStream,
} from '@grpc/grpc-js';
import { protocol, unknownFields, type ExporterMessage, type SingleReportAnswer } from '../protocol/index.ts';
import type { IngestCounts } from './metrics.ts';
import { decode } from './decode.ts';
import { FairTurns } from './fair-turns.ts';
import type { IngestOptions } from './options.ts';
import { Outbox, type Wire } from './outbox.ts';
import { watchOversized } from './oversized-messages.ts';
import { PacedReading } from './paced-reading.ts';
import type { Refusal } from './refusals.ts';
import { reportOnce } from './report-once.ts';
import { UnfinishedRequests } from './unfinished-requests.ts';
import { watchRequests } from './watch-requests.ts';
import { WorkerCall, type WorkerCallContext } from './worker-call.ts';

export interface ServerContext extends WorkerCallContext {
  readonly counts: IngestCounts;
  readonly options: IngestOptions;
  /** A worker said who it is on the connection of this peer. */
  readonly known: (peer: string) => void;
  /** Null where none is asked for. */
  readonly token: string | null;
}

type Call = ServerDuplexStream<Buffer, ExporterMessage>;

/** A call that says no hello for so long is ended, so that silent ones cannot pile up. */
const helloSeconds = 10;
/** What calls that are not whole may take: of a thousand single ones that come at once 64 kB each. */
const mostUnfinishedBytes = 64 * 1024 * 1024;
/** A connection without a call is closed after so long, so that idle ones cannot pile up; who calls again connects again. */
const idleSeconds = 20;
/** Calls on one connection: a process that speaks for all ranks of a large node needs one for each. */
const maxCallsPerConnection = 64;

/** The gRPC server: turns calls into {@link WorkerCall}s. It does not listen, connections are handed to it. */
export function createGrpcServer(context: ServerContext): Server {
  const { options } = context;
  const frozenMilliseconds = options.frozen_after * 1000;
  const refused = ({ code }: Refusal): void => {
    context.counts.addRefused(code);
  };
  const server = new Server({
    // Over our own limit, so that of a message somewhat too large the size is told.
    'grpc.max_receive_message_length': 2 * options.max_message_bytes,
    interceptors: [
      watchOversized(options.max_message_bytes, refused),
      watchRequests({
        unfinished: new UnfinishedRequests(mostUnfinishedBytes),
        token: context.token,
        patience: helloSeconds,
        refused,
      }),
    ],
    'grpc.max_connection_idle_ms': idleSeconds * 1000,
    'grpc.max_concurrent_streams': maxCallsPerConnection,
    // A peer that freezes right before a ping is found after the second time, right after an answer after both: within `frozen_after`,
    // and not so much earlier that a process which was stopped for a moment is taken for dead.
    'grpc.keepalive_time_ms': 0.3 * frozenMilliseconds,
    'grpc.keepalive_timeout_ms': 0.6 * frozenMilliseconds,
    // In megabytes; grpc-js takes the default of node:http2 away.
    'grpc-node.max_session_memory': 16,
    'grpc.enable_channelz': 0,
  });
  const { Report, ReportOnce } = protocol.Telemetry.service;
  const turns = new FairTurns({ now: () => performance.now(), nextTurn: setImmediate });
  // grpc-js would decode all that came at once; here a message is decoded when it has its turn.
  const later = {
    requestSerialize: serializesNone,
    requestDeserialize: (bytes: Buffer) => {
      turns.came(bytes.length);
      return bytes;
    },
  };
  const report: MethodDefinition<Buffer, ExporterMessage> = { ...Report, ...later };
  const once: MethodDefinition<Buffer, SingleReportAnswer> = { ...ReportOnce, ...later };
  const handle: handleBidiStreamingCall<Buffer, ExporterMessage> = (call) => {
    serve(call, turns, context);
  };
  const handleOnce: handleUnaryCall<Buffer, SingleReportAnswer> = (call, answer) => {
    const report = (): void => {
      turns.taken(call.request.length);
      reportOnce(call.request, answer, context, () => {
        context.known(call.getPeer());
      });
    };
    if (turns.isFree) report();
    else turns.later(report);
  };
  server.addService({ Report: report, ReportOnce: once }, { Report: handle, ReportOnce: handleOnce });
  return server;
}

function serializesNone(): never {
  throw new Error('a server serializes no requests');
}

export const credentials = ServerCredentials.createInsecure();

function serve(call: Call, turns: FairTurns, context: ServerContext): void {
  const outbox = new Outbox(wire(call), setImmediate, () => {
    context.counts.add('unsent');
  });
  let known = false;
  const reading = new PacedReading<Buffer>(call, turns, (bytes) => {
    turns.taken(bytes.length);
    const decoded = decode(bytes, context.options.max_message_bytes);
    if ('refusal' in decoded) {
      worker.refuse(decoded.refusal);
      return;
    }
    worker.receive(decoded.message);
    if (!known && worker.session !== null) {
      known = true;
      context.known(call.getPeer());
    }
    if (worker.isNewer) {
      context.counts.add('unknownFields', unknownFields.count('gradwatch.v1.WorkerMessage', bytes));
    }
  });
  const worker = new WorkerCall(context, outbox, {
    lasting: true,
    hold: (seconds) => {
      reading.hold(seconds);
    },
  });
  const ended = (): void => {
    reading.end();
    worker.ended();
  };
  call.on('drain', () => {
    outbox.drained();
  });
  // A killed worker shows as `end` first and as `cancelled` a moment later, one that is cut off as `cancelled` alone.
  call.on('end', ended);
  call.on('cancelled', () => {
    ended();
    outbox.abandon();
  });
}

function wire(call: Call): Wire {
  return {
    write: (message) => call.write(message),
    end: () => {
      call.end();
    },
    fail: ({ status, message }) => {
      // grpc-js ends the call with the code and details of an error that is emitted on it.
      call.emit('error', { code: status, details: message });
    },
  };
}
