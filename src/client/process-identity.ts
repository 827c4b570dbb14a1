/** By what the exporter finds this process among those of its machine; see Hello in the proto file. */
export interface ProcessIdentity {
  readonly boot_id?: string;
  readonly start_ticks?: number;
}

/** Reads both from proc(5). What cannot be read, as on systems other than Linux, is absent. */
export function findProcess(read: (path: string) => string): ProcessIdentity {
  const text = (path: string): string => {
    try {
      return read(path);
    } catch {
      return '';
    }
  };
  const bootId = text('/proc/sys/kernel/random/boot_id').trim();
  const stat = text('/proc/self/stat');
  // The second field is the program's name in parentheses, and may have any character in it.
  const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return {
    ...(bootId !== '' && { boot_id: bootId }),
    ...(startTicks > 0 && { start_ticks: startTicks }),
  };
}
