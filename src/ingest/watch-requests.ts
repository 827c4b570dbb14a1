import { constants, type ServerHttp2Stream } from 'node:http2';
import { status, type ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { protocol } from '../protocol/index.ts';
import { refuse, type Refusal } from './refusals.ts';
import { authorized } from './token.ts';
import type { UnfinishedRequest, UnfinishedRequests } from './unfinished-requests.ts';

export interface RequestsContext {
  readonly unfinished: UnfinishedRequests;
  /** What workers are asked for; null where no token is. */
  readonly token: string | null;
  /** Seconds in which the first message of a stream, or all of a single call, has to come. */
  readonly patience: number;
  readonly refused: (refusal: Refusal) => void;
}

/** Closed at once, a call would lose the status behind what was sent before. */
const lingerSeconds = 1;

const ofWorkers: ReadonlySet<string> = new Set(Object.values(protocol.Telemetry.service).map(({ path }) => path));

/**
 * Looks after a call until its handler can, which for a single call is when all of it has come: asks for the token as soon as the headers
 * are there, waits for a while only, and bounds what all that are waited for take.
 */
export function watchRequests({ unfinished, token, patience, refused }: RequestsContext): ServerInterceptor {
  return (method, call) => {
    // The one place where grpc-js 1.14 shows a message that is not whole.
    const { stream } = call as unknown as { readonly stream: ServerHttp2Stream };
    const turnAway = (refusal: Refusal): void => {
      refused(refusal);
      call.sendStatus({ code: refusal.status ?? status.UNKNOWN, details: refusal.message });
    };
    let timer: NodeJS.Timeout | undefined;
    let request: UnfinishedRequest | null = null;
    let allCame = false;
    const count = (piece: Buffer): void => {
      if (request !== null) unfinished.came(request, piece.length);
    };
    const settle = (): void => {
      if (request === null) return;
      unfinished.end(request);
      request = null;
      clearTimeout(timer);
      stream.off('data', count);
    };
    // Its status was sent. grpc-js keeps what came of a message, and the call, for as long as the other side has more to say.
    const close = (seconds: number): void => {
      const now = (): void => {
        stream.close(constants.NGHTTP2_NO_ERROR);
      };
      if (seconds === 0) now();
      else setTimeout(now, seconds * 1000).unref();
    };
    const start = call.start.bind(call);
    call.start = (listener) => {
      start({
        onReceiveMetadata: (metadata) => {
          if (ofWorkers.has(method.path) && !authorized(metadata, token)) {
            turnAway(refuse('unauthenticated'));
            return;
          }
          timer = setTimeout(() => {
            turnAway(refuse('hello_late', { seconds: patience }));
          }, patience * 1000).unref();
          request = unfinished.begin(() => {
            turnAway(refuse('unfinished_limit'));
          });
          stream.on('data', count);
          listener.onReceiveMetadata(metadata);
        },
        onReceiveMessage: (message) => {
          if (method.requestStream) settle();
          listener.onReceiveMessage(message);
        },
        onReceiveHalfClose: () => {
          allCame = true;
          settle();
          listener.onReceiveHalfClose();
        },
        onCancel: () => {
          if (!allCame) close(request === null ? lingerSeconds : 0);
          settle();
          listener.onCancel();
        },
      });
    };
    // As in watchOversized: of what is returned grpc-js uses the interface alone.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    return call as ServerInterceptingCall;
  };
}
