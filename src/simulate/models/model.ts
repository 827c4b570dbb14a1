/** What a kind of GPU is, as far as nvidia-smi tells: one data file per model. Memory in MiB, clocks in MHz, power in watts. */
export interface Model {
  /** As nvidia-smi prints it. */
  readonly name: string;
  readonly brand: string;
  readonly architecture: string;
  /** A driver that such cards run under, unless the control file names another. */
  readonly driver: string;
  readonly memory: { readonly total: number; readonly reserved: number; readonly bar1: number };
  readonly power: { readonly idle: number; readonly limit: number; readonly min: number; readonly max: number };
  readonly temperature: { readonly idle: number; readonly loaded: number; readonly limits: TemperatureLimits };
  readonly clocks: {
    readonly graphics: number;
    readonly video: number;
    /** The first one is the maximum. */
    readonly memory: readonly number[];
    /** The lowest graphics clock, and the distance between two. */
    readonly lowest: number;
    readonly step: number;
  };
  readonly pcie: { readonly generation: number; readonly width: number };
  /** Which errors are told apart: the parts of SRAM and DRAM; these with their kinds and sources; or the caches of Volta and before. */
  readonly ecc: 'parts' | 'sources' | 'caches';
  /** Banks of the row remapper, which took the place of page retirement with Ampere; null: pages are retired. */
  readonly remapperBanks: number | null;
  /** Whether power is also told as an average over a second; GA100 and cards before Ampere tell it at an instant only. */
  readonly averagePower: boolean;
  /** Whether the memory has a temperature of its own. */
  readonly memoryTemperature: boolean;
  /** NVLinks, and what each carries in one direction, in GB/s; absent on a card without. Those of generation 5 count other errors. */
  readonly links?: { readonly count: number; readonly rate: number; readonly generation?: 5 };
  /** Instances of a card in MIG mode. */
  readonly mig?: readonly MigInstance[];
  /** What such a machine does not tell though another card of the kind would: it reads N/A. */
  readonly lacks?: RegExp;
  /** Whether processes have a name and their memory; unless it says otherwise they have. */
  readonly namesProcesses?: boolean;
  /** What else such a card tells, by field of `--query-gpu` or by its name in the document's layout. */
  readonly facts: ReadonlyMap<string, string>;
}

/** Degrees Celsius: the distance to the one limit, with what happens at which distance, or the limits themselves. */
export type TemperatureLimits =
  | { readonly kind: 'distance'; readonly limit: number; readonly shutdown: number; readonly slowdown: number }
  | {
      readonly kind: 'absolute';
      readonly shutdown: number;
      readonly slowdown: number;
      readonly operation: number;
      readonly memory: number | null;
    };

export interface MigInstance {
  readonly profile: string;
  readonly gpuInstance: number;
  readonly multiprocessors: number;
  readonly copyEngines: number;
  readonly decoders: number;
  readonly memory: number;
}

/** Facts by name, written one a line: the name, a blank, the value. */
export function facts(text: string): ReadonlyMap<string, string> {
  const lines = text.trim().split('\n');
  return new Map(lines.map((line) => [line.trim().split(' ', 1)[0] ?? '', line.trim().replace(/^\S+ ?/, '')]));
}
