/** The modes of CPU time that are told apart, in the order of proc_stat(5). Guest time is contained in user and nice. */
export const cpuModes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
export type CpuMode = (typeof cpuModes)[number];

export interface ProcStat {
  /** Seconds of all CPUs together since boot, by mode; a mode that this kernel does not tell is absent. */
  readonly cpuSeconds: ReadonlyMap<CpuMode, number>;
  /** CPUs that are online. */
  readonly cpus: number;
  /** Unix seconds of the boot. */
  readonly bootTime: number | null;
}

/** The kernel shows times to user space in hundredths of a second (USER_HZ) on every architecture that runs Node. */
export const ticksPerSecond = 100;

/**
 * Reads the text of `/proc/stat`; null where it has no line of CPU times.
 * https://docs.kernel.org/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat
 */
export function parseProcStat(text: string): ProcStat | null {
  const lines = text.split('\n');
  const ticks = lines
    .find((line) => line.startsWith('cpu '))
    ?.trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  if (ticks === undefined || ticks.length < 4 || !ticks.every((value) => value >= 0)) return null;
  const bootTime = Number(lines.find((line) => line.startsWith('btime '))?.slice('btime '.length));
  return {
    cpuSeconds: new Map(
      cpuModes.flatMap((mode, index) => {
        const value = ticks[index];
        return value === undefined ? [] : [[mode, value / ticksPerSecond] as const];
      }),
    ),
    cpus: lines.filter((line) => /^cpu\d/.test(line)).length,
    bootTime: bootTime > 0 ? bootTime : null,
  };
}
