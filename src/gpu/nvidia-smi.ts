import { spawn } from 'node:child_process';
import type { SeriesTable } from '../series/index.ts';
import type { GpuAddresses } from './addresses.ts';
import { Cards } from './cards.ts';
import type { GpuOptions } from './options.ts';
import type { GpuReport } from './gpu-report.ts';
import { ProcessGate, type Spawn } from './process-gate.ts';
import { sourceMetrics, type Sources } from './sources.ts';
import type { Pace } from './stream.ts';

/** What a test puts in the place of the real thing. */
export interface Surroundings {
  readonly spawn: Spawn;
  /** Between SIGTERM, SIGKILL and giving up. */
  readonly graceSeconds: number;
}

const real: Surroundings = {
  spawn: (program, args) => spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
  graceSeconds: 2,
};

/** What is shown by the collectors of one table. */
export interface Shown {
  readonly cards: Cards;
  readonly sources: Sources;
}

/** What the collectors that ask nvidia-smi share: its one gate, and the series into which more than one of them writes. */
export class NvidiaSmi {
  readonly gate: ProcessGate;
  readonly pace: Pace;
  readonly options: GpuOptions;
  /** How many GPUs the node should have; null: the configuration does not say. */
  readonly expected: number | null;
  readonly #addresses: GpuAddresses;
  readonly #shown = new WeakMap<SeriesTable, Shown>();

  /** @param addresses kept up to date with who sits where, for others that are told of addresses alone */
  constructor(options: GpuOptions, addresses: GpuAddresses = new Map(), surroundings: Surroundings = real) {
    this.gate = new ProcessGate(surroundings.spawn, options.program, surroundings.graceSeconds);
    const { retry_after: longest } = options;
    this.pace = { first: Math.min(1, longest), longest, slow: longest };
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
      };
      this.#shown.set(table, shown);
    }
    return shown;
  }
}
