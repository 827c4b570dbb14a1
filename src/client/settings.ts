export type Environment = Readonly<Partial<Record<string, string>>>;

/** Where the exporter's DaemonSet puts its socket on the node. */
const nodeSocket = '/run/gradwatch/gradwatch.sock';
const loopback = '127.0.0.1:10421';

/**
 * The exporter's address as gRPC wants it: what the script gave, else GRADWATCH_ADDRESS, else the node's Unix socket where it exists,
 * else the port on this host. A path is a Unix socket.
 */
export function findAddress(
  given: string | undefined,
  environment: Environment,
  exists: (path: string) => boolean,
): string {
  const named = given ?? environment['GRADWATCH_ADDRESS'] ?? '';
  if (named !== '') return named.startsWith('/') ? `unix:${named}` : named;
  return exists(nodeSocket) ? `unix:${nodeSocket}` : loopback;
}

/** What the script gave, else GRADWATCH_TOKEN; an empty one is none. */
export function findToken(given: string | undefined, environment: Environment): string | undefined {
  const token = given ?? environment['GRADWATCH_TOKEN'];
  return token === '' ? undefined : token;
}

/** GRADWATCH_DISABLED with anything but nothing, `0` or `false` switches the client off. */
export function isDisabled(environment: Environment): boolean {
  return !['', '0', 'false'].includes(environment['GRADWATCH_DISABLED']?.toLowerCase() ?? '');
}
