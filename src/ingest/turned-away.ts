import type { Socket } from 'node:net';
import { Server, ServerCredentials, type sendUnaryData, type ServerDuplexStream } from '@grpc/grpc-js';
import { protocol, type ExporterMessage, type WorkerMessage__Output } from '../protocol/index.ts';
import type { Refusal } from './refusals.ts';

/** Long enough for a call to come and to be answered; a worker on the same node takes milliseconds. */
const patienceSeconds = 1;
/** Beyond that connections are cut without a word: they would cost what the limit is there to save. */
const maxAtOnce = 32;

/** Connections that are not taken: the first call on each is answered with the reason, then it is cut. */
export class TurnedAway {
  readonly #server = new Server({ 'grpc.enable_channelz': 0, 'grpc.max_concurrent_streams': 1 });
  readonly #injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
  readonly #sockets = new Set<Socket>();

  constructor({ status, message }: Refusal) {
    this.#server.addService(protocol.Telemetry.service, {
      Report: (call: ServerDuplexStream<WorkerMessage__Output, ExporterMessage>) => {
        call.emit('error', { code: status, details: message });
      },
      ReportOnce: (_call: unknown, answer: sendUnaryData<never>) => {
        answer({ ...(status !== null && { code: status }), details: message });
      },
    });
  }

  take(socket: Socket): void {
    if (this.#sockets.size >= maxAtOnce) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const patience = setTimeout(() => socket.destroy(), patienceSeconds * 1000);
    socket.once('close', () => {
      clearTimeout(patience);
      this.#sockets.delete(socket);
    });
    this.#injector.injectConnection(socket);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.forceShutdown();
  }
}
