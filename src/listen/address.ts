import { isIPv4 } from 'node:net';
import { ListenError } from './listen-error.ts';

export interface ListenAddress {
  /** Absent: all addresses of both families. */
  readonly host?: string;
  readonly port: number;
}

/** Whether the text is `:port`, `host:port` or `[v6]:port`. */
export function isAddress(text: string): boolean {
  return parts(text) !== null;
}

/** Reads `:port`, `host:port` or `[v6]:port` of an option. @throws ListenError where the text is none of them. */
export function parseAddress(option: string, text: string): ListenAddress {
  const address = parts(text);
  if (address === null) throw new ListenError(option, text, 'expected :port, host:port or [address]:port');
  return address;
}

function parts(text: string): ListenAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
  if (host === undefined || !(port <= 65_535)) return null;
  return host === '' ? { port } : { host, port };
}

/** The address as a client on this machine writes it. */
export function localAddress({ address, port }: { readonly address: string; readonly port: number }): string {
  if (address === '::' || address === '0.0.0.0') return `localhost:${port}`;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Whether two servers that listen so would be in each other's way. A name is not looked up. */
export function overlap(one: ListenAddress, other: ListenAddress): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || isEverywhere(one) || isEverywhere(other);
}

function isEverywhere({ host }: ListenAddress): boolean {
  return host === undefined || host === '::' || host === '0.0.0.0';
}

/** Whether only this machine reaches the address. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || (host !== undefined && isIPv4(host) && host.startsWith('127.'));
}
