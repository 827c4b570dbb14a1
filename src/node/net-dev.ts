/** What `/proc/net/dev` tells of one interface. */
export interface InterfaceCounts {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receiveErrors: number;
  readonly receiveDropped: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly sendErrors: number;
  readonly sendDropped: number;
}

/**
 * Interfaces by name. A line of another form is left out.
 * https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
 */
export function parseNetDev(text: string): ReadonlyMap<string, InterfaceCounts> {
  const interfaces = new Map<string, InterfaceCounts>();
  for (const line of text.split('\n')) {
    // The name may hold a colon of its own (an alias); the counts hold none.
    const end = line.lastIndexOf(':');
    const name = line.slice(0, Math.max(end, 0)).trim();
    const numbers = line
      .slice(end + 1)
      .trim()
      .split(/\s+/, 16)
      .map(Number);
    if (name === '' || numbers.length < 12 || !numbers.every((number) => number >= 0)) continue;
    const [receivedBytes, receivedPackets, receiveErrors, receiveDropped, , , , , ...sent] = numbers as Sixteen;
    const [sentBytes, sentPackets, sendErrors, sendDropped] = sent;
    interfaces.set(name, {
      receivedBytes,
      receivedPackets,
      receiveErrors,
      receiveDropped,
      sentBytes,
      sentPackets,
      sendErrors,
      sendDropped,
    });
  }
  return interfaces;
}

type Eight = [number, number, number, number, number, number, number, number];
type Sixteen = [...Eight, ...Eight];
