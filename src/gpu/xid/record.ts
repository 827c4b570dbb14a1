/** A record of the kernel's log. */
export interface KernelRecord {
  /** Counts up by one from the boot on. */
  readonly sequence: number;
  /** Microseconds since the boot. */
  readonly microseconds: number;
  /** Written by the kernel itself: what a process writes into /dev/kmsg never has the kernel's facility. */
  readonly fromKernel: boolean;
  readonly text: string;
}

/**
 * Reads one line of /dev/kmsg: `priority,sequence,microseconds,flags[,…];text`, where priority is 8 x facility + level and what cannot be
 * printed is written as `\x0a`. Null when the line is none. Lines that begin with a blank carry properties of the record before them
 * and are not records. Format: https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg
 */
export function parseRecord(line: string): KernelRecord | null {
  const [whole, priority, sequence, microseconds] = /^(\d{1,6}),(\d{1,15}),(\d{1,15}),[^;]{0,200};/.exec(line) ?? [];
  if (whole === undefined) return null;
  return {
    sequence: Number(sequence),
    microseconds: Number(microseconds),
    fromKernel: Number(priority) >> 3 === 0,
    text: line
      .slice(whole.length)
      .replaceAll(/\\x([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  };
}
