/**
 * The thread that talks to the exporter. It has an event loop of its own, so steps leave, and the exporter's pings are answered, also
 * while training computes for minutes without letting its own loop turn.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { protocolMinor } from '../protocol/index.ts';
import { version } from '../version.ts';
import { Backoff } from './backoff.ts';
import { grpcChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { SharedCounters } from './shared-counters.ts';
import { Sender } from './sender.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** An hour at ten steps a second, some 10 MB: the exporter can be away for as long without loss. */
const keptSteps = 36_000;

const port = parentPort;
if (port === null) throw new Error('src/client/thread.ts is started by init() of gradwatch/client, not by hand');

const { hello, address, token, tls, counters: memory } = workerData as ThreadData;
const counters = new SharedCounters(memory);
const tell = (message: FromThread): void => {
  port.postMessage(message);
};

const sender = new Sender({
  hello: { ...hello, client: `gradwatch-node ${version}`, protocol_minor: protocolMinor },
  address,
  capacity: keptSteps,
  open: grpcChannel({ address, token, tls }),
  clock: systemClock,
  backoff: new Backoff(),
  droppedBefore: () => counters.dropped,
  events: {
    finding: (finding) => {
      tell({ finding });
    },
    request: (request) => {
      tell({ request });
    },
    warning: (warning) => {
      tell({ warning });
    },
    unfit: (unfit) => {
      tell({ unfit });
    },
  },
});

port.on('message', (message: ToThread) => {
  if ('steps' in message) {
    counters.leave(message.steps.length);
    sender.report(message.steps, message.urgent);
  } else if ('report' in message) {
    counters.leave(1);
    sender.reportBeside(message.report);
  } else if ('answer' in message) {
    sender.answer(message.answer);
  } else {
    counters.takeGoodbye();
    sender.finish(message.goodbye, message.timeoutMs, (delivered) => {
      tell({ delivered });
      counters.finish();
      port.close();
    });
  }
});

sender.start();
