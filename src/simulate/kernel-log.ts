import { appendFileSync, readFileSync } from 'node:fs';
import type { Gpu } from './machine.ts';

/**
 * Writes what the driver says of an Xid error to the end of a file in the format of /dev/kmsg
 * (https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg).
 */
export function logXid(path: string, { bus }: Gpu, code: number, text: string): void {
  const sequence = readFileSync(path, 'utf8').split('\n').length;
  const microseconds = Math.round(process.uptime() * 1e6);
  const message = `NVRM: Xid (PCI:0000:${bus.toLowerCase()}:00): ${code}, ${text}`;
  appendFileSync(path, `4,${sequence},${microseconds},-;${message}\n`);
}
