export { localAddress, parseAddress } from './address.ts';
export type { ListenAddress } from './address.ts';
export { ListenError } from './listen-error.ts';
export { clearStaleSocket, isStaleSocket } from './stale-socket.ts';
export { carriesToken, readToken, sameSecret } from './token.ts';
export { admits } from './client-certificate.ts';
export { readWebConfig } from './web-config.ts';
export type { RateLimit, WebConfig } from './web-config.ts';
export { WebConfigFile } from './web-config-file.ts';
