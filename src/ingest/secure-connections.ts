import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { admits, type TlsFiles } from '../listen/index.ts';
import type { RefusalCode } from './refusals.ts';

/** In a cluster it takes milliseconds. */
const handshakeSeconds = 10;

/**
 * Speaks TLS on connections that come in, and hands on those of workers that may. The handshake is done here and not by grpc-js, which
 * can neither change the certificate of a server that listens nor tell why a handshake failed.
 */
export function secureConnections(
  tls: TlsFiles,
  accept: (socket: Socket) => void,
  refused: (code: RefusalCode) => void,
): (socket: Socket) => void {
  const { context, clientAuth } = tls.current;
  // It does not listen: connections are handed to it.
  const server = createServer({
    ...context,
    ALPNProtocols: ['h2'],
    handshakeTimeout: handshakeSeconds * 1000,
    // Who may come in is decided below, where it can be counted.
    requestCert: clientAuth !== 'NoClientCert',
    rejectUnauthorized: false,
  });
  server.on('tlsClientError', () => {
    refused('tls_handshake');
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const peer = { certificate: socket.getPeerX509Certificate(), authorized: socket.authorized };
    const reason = !admits(tls.current, peer)
      ? 'client_certificate'
      : // A client that offers no protocol at all speaks something else than HTTP/2.
        socket.alpnProtocol !== 'h2'
        ? 'tls_handshake'
        : null;
    if (reason === null) {
      accept(socket);
      return;
    }
    refused(reason);
    socket.destroy();
  });
  // Connections that are open go on as they are; new ones shake hands by the new certificate.
  tls.subscribe((fresh) => {
    server.setSecureContext(fresh.context);
  });
  return (socket) => {
    server.emit('connection', socket);
  };
}
