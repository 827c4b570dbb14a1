import { HttpSetupError } from './setup-error.ts';

export interface ListenAddress {
  /** Absent: all addresses of both families. */
  readonly host?: string;
  readonly port: number;
}

/** Reads `:port`, `host:port` or `[v6]:port`. @throws HttpSetupError where the text is none of them. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
  if (host === undefined || !(port <= 65_535)) {
    throw new HttpSetupError('http.address', text, 'expected :port, host:port or [address]:port');
  }
  return host === '' ? { port } : { host, port };
}
