import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { admits, type TlsFiles } from '../listen/index.ts';

/** In a cluster it takes milliseconds. */
const handshakeSeconds = 10;

interface SecureEvents {
  readonly accept: (socket: Socket) => void;
  /** The handshake failed, or what comes after it is no HTTP/2. */
  readonly failed: () => void;
  /** The certificate of the client is missing where one is required, or is not of the right authority. */
  readonly stranger: (socket: Socket) => void;
}

/**
 * Speaks TLS on connections that come in, and hands on those of workers that may. The handshake is done here and not by grpc-js, which
 * can neither change the certificate of a server that listens nor tell why a handshake failed.
 */
export function secureConnections(tls: TlsFiles, { accept, failed, stranger }: SecureEvents): (socket: Socket) => void {
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
  server.on('tlsClientError', failed);
  server.on('secureConnection', (socket: TLSSocket) => {
    const peer = { certificate: socket.getPeerX509Certificate(), authorized: socket.authorized };
    // A client that offers no protocol at all speaks something else than HTTP/2.
    if (socket.alpnProtocol !== 'h2') {
      failed();
      socket.destroy();
    } else if (admits(tls.current, peer)) accept(socket);
    else stranger(socket);
  });
  // Connections that are open go on as they are; new ones shake hands by the new certificate.
  tls.subscribe((fresh) => {
    server.setSecureContext(fresh.context);
  });
  return (socket) => {
    server.emit('connection', socket);
  };
}
