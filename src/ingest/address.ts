import { ListenError } from './listen-error.ts';

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port` or `[v6]:port`; null for `none`.
 * @throws ListenError where the text is neither.
 */
export function parseAddress(text: string): TcpAddress | null {
  if (text === 'none') return null;
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
  if (host === undefined || !(port <= 65_535)) {
    throw new ListenError(text, `grpc.address is ${JSON.stringify(text)}, expected host:port, [address]:port or none`);
  }
  return { host, port };
}
