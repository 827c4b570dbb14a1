export { localAddress, parseAddress } from './address.ts';
export type { ListenAddress } from './address.ts';
export { ListenError } from './listen-error.ts';
export { clearStaleSocket, isStaleSocket } from './stale-socket.ts';
export { carriesToken, readToken, sameSecret } from './token.ts';
