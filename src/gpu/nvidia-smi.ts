import { ProcessGate, ProcessGroup, startLeader, type Kill, type Spawn } from '../programs/index.ts';
import type { Row, SeriesTable } from '../series/index.ts';
import type { GpuAddresses } from './addresses.ts';
import { Cards } from './cards.ts';
import type { GpuOptions } from './options.ts';
import type { GpuReport } from './gpu-report.ts';
import { Pause } from './pause.ts';
import { callMetrics, sourceMetrics, type Sources } from './sources.ts';
import type { Pace } from './stream.ts';

/** What a test puts in the place of the real thing. */
export interface Surroundings {
  readonly spawn: Spawn;
  readonly kill: Kill;
  /** Between SIGTERM, SIGKILL and giving up. */
  readonly graceSeconds: number;
  /** Where the kernel tells of our own processes, whatever is mounted elsewhere. */
  readonly procRoot?: string;
}

export const real: Surroundings = {
  spawn: startLeader,
  kill: (pid, signal) => process.kill(pid, signal),
  graceSeconds: 2,
};

const ownProcesses = '/proc';

/** Seconds between two looks for GPUs that were there. */
const longestLost = 10;

/** What is shown by the collectors of one table. */
export interface Shown {
  readonly cards: Cards;
  readonly sources: Sources;
  readonly calls: Row<keyof typeof callMetrics>;
}

/** What the collectors that ask nvidia-smi share: its one gate, and the series into which more than one of them writes. */
export class NvidiaSmi {
  readonly gate: ProcessGate;
  readonly pace: Pace;
  /** Between two attempts of the loop. */
  readonly pause = new Pause();
  readonly options: GpuOptions;
  /** How many GPUs the node should have; null: the configuration does not say. */
  readonly expected: number | null;
  readonly #addresses: GpuAddresses;
  readonly #shown = new WeakMap<SeriesTable, Shown>();

  /** @param addresses kept up to date with who sits where, for others that are told of addresses alone */
  constructor(options: GpuOptions, addresses: GpuAddresses = new Map(), surroundings: Surroundings = real) {
    const { spawn, kill, graceSeconds, procRoot = ownProcesses } = surroundings;
    this.gate = new ProcessGate(
      spawn,
      options.program,
      graceSeconds,
      (leader) => new ProcessGroup(leader, procRoot, kill),
    );
    const { retry_after: longest } = options;
    this.pace = { first: Math.min(1, longest), longest, slow: longest, lost: Math.min(longestLost, longest) };
    this.options = options;
    this.expected = options.expected_devices ?? null;
    this.#addresses = addresses;
  }

  /** The GPUs as the collectors of a table show them; none where no collector asks for them. */
  reports(table: SeriesTable): readonly GpuReport[] {
    return this.#shown.get(table)?.cards.reports ?? [];
  }

  /** The series in a table, made once. */
  in(table: SeriesTable): Shown {
    let shown = this.#shown.get(table);
    if (shown === undefined) {
      shown = {
        cards: new Cards(table, this.expected, this.#addresses),
        sources: table.group(['collector'], sourceMetrics),
        calls: table.group([], callMetrics).row({}),
      };
      this.#shown.set(table, shown);
    }
    return shown;
  }

  /** Shows how many calls do not end for they wait inside the driver, where no signal reaches them. */
  showWaiting(table: SeriesTable): void {
    this.in(table).calls.set('uninterruptible', this.gate.uninterruptible);
  }
}
