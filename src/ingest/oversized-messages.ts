import { status, type ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { refuse, type Refusal } from './refusals.ts';

/** How grpc-js 1.14 words that a message is over `grpc.max_receive_message_length`, as sent or when it was unpacked. */
const words = /^Received message (?:larger than max|that decompresses to a size larger)/;

/**
 * Messages that grpc-js itself refuses, by their announced length and before it holds them: it tells the worker alone. This counts them, and
 * tells the worker in the words of a message that is only somewhat too large.
 */
export function watchOversized(limit: number, count: (refusal: Refusal) => void): ServerInterceptor {
  return (_method, call) => {
    const send = call.sendStatus.bind(call);
    let counted = false;
    call.sendStatus = (end) => {
      if (end.code !== status.RESOURCE_EXHAUSTED || !words.test(end.details)) {
        send(end);
        return;
      }
      const refusal = refuse('message_size', { bytes: null, limit });
      // What is left of the message comes after it, and is refused again.
      if (!counted) count(refusal);
      counted = true;
      send({ ...end, details: refusal.message });
    };
    // No other call around it, for every message would pay for it: of what is returned grpc-js uses the interface alone.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    return call as ServerInterceptingCall;
  };
}
