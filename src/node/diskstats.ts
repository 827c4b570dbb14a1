/** What `/proc/diskstats` tells of one block device, in base units. */
export interface DiskStats {
  readonly reads: number;
  readonly readBytes: number;
  readonly readSeconds: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly writeSeconds: number;
  /** Requests under way now. */
  readonly inFlight: number;
  /** Time in which at least one request was under way. */
  readonly busySeconds: number;
  /** Time of all requests added up: its rate is the average length of the queue. */
  readonly weightedSeconds: number;
}

/** The kernel counts in these, whatever the device's own sectors are. */
const sectorBytes = 512;

/**
 * Devices by name. A line of another form is left out.
 * https://docs.kernel.org/admin-guide/iostats.html
 */
export function parseDiskstats(text: string): ReadonlyMap<string, DiskStats> {
  const devices = new Map<string, DiskStats>();
  for (const line of text.split('\n')) {
    const [, , name, ...columns] = line.trim().split(/\s+/, 14);
    const numbers = columns.map(Number);
    if (name === undefined || numbers.length < 11 || !numbers.every((number) => number >= 0)) continue;
    const [reads, , readSectors, readMs, writes, , writtenSectors, writeMs, inFlight, busyMs, weightedMs] =
      numbers as Eleven;
    devices.set(name, {
      reads,
      readBytes: readSectors * sectorBytes,
      readSeconds: readMs / 1000,
      writes,
      writtenBytes: writtenSectors * sectorBytes,
      writeSeconds: writeMs / 1000,
      inFlight,
      busySeconds: busyMs / 1000,
      weightedSeconds: weightedMs / 1000,
    });
  }
  return devices;
}

type Eleven = [number, number, number, number, number, number, number, number, number, number, number];
