import { FreshRows, type SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import { isAbsent, readValue, type Dropped } from '../cell.ts';
import { memoryScale } from '../field.ts';
import { labelText } from '../label-text.ts';
import type { Leaves } from './element.ts';
import {
  processCountLabels,
  processCountMetrics,
  processLabels,
  processMetrics,
  processRestLabels,
  processRestMetrics,
} from './metrics.ts';

/** Workers that report here, by the pids of their processes. */
export type Workers = ReadonlyMap<number, { readonly run: string; readonly rank: string }>;

/** What a process uses the GPU for: the letters of nvidia-smi. */
const types: ReadonlyMap<string, ProcessType> = new Map([
  ['C', 'compute'],
  ['G', 'graphics'],
  ['C+G', 'compute_and_graphics'],
  ['M+C', 'mps_compute'],
]);
const typeNames = ['compute', 'graphics', 'compute_and_graphics', 'mps_compute', 'other'] as const;
type ProcessType = (typeof typeNames)[number];

export interface GpuProcess {
  readonly pid: number;
  /** The last part of its path. */
  readonly name: string;
  readonly type: ProcessType;
  /** Empty on a GPU without MIG. */
  readonly gpuInstance: string;
  readonly computeInstance: string;
  /** In bytes; null when the driver does not tell. */
  readonly memory: number | null;
  /** Paths whose value is impossible. */
  readonly dropped: readonly Dropped[];
}

/** Processes of one GPU that have series of their own; those with most memory come first. */
const mostListed = 64;
const longestName = 64;

/**
 * Reads the processes of a GPU. One without a pid is left out.
 * @param total memory of the GPU, in bytes; undefined where it is not known
 */
export function readProcesses(elements: readonly Leaves[], total: number | undefined): readonly GpuProcess[] {
  const scale = { ...memoryScale, max: total ?? memoryScale.max };
  return elements.flatMap((leaves): GpuProcess[] => {
    const pid = /^\d{1,10}$/.test(leaves.get('pid') ?? '') ? Number(leaves.get('pid')) : null;
    if (pid === null) return [];
    const memory = readValue(leaves.get('used_memory') ?? '', '', scale);
    return [
      {
        pid,
        name: nameOf(leaves.get('process_name') ?? ''),
        type: types.get(leaves.get('type') ?? '') ?? 'other',
        gpuInstance: instanceId(leaves.get('gpu_instance_id')),
        computeInstance: instanceId(leaves.get('compute_instance_id')),
        memory: typeof memory === 'string' ? null : memory,
        dropped: typeof memory === 'string' ? [{ field: 'process_info/used_memory', reason: memory }] : [],
      },
    ];
  });
}

/** What is known of one GPU. */
export interface Occupied {
  readonly card: GpuIdentity;
  readonly processes: readonly GpuProcess[];
  /** How many more there are, of which nothing else is known. */
  readonly surplus: number;
}

/** The series of processes on GPUs. */
export class ProcessSeries {
  readonly #memory;
  readonly #counts;
  readonly #rest;

  constructor(table: SeriesTable) {
    this.#memory = new FreshRows(table.group(processLabels, processMetrics));
    this.#counts = new FreshRows(table.group(processCountLabels, processCountMetrics));
    this.#rest = new FreshRows(table.group(processRestLabels, processRestMetrics));
  }

  show(gpus: readonly Occupied[], workers: Workers): void {
    const listed = gpus.flatMap(({ card, processes }) =>
      processes
        .filter(({ memory }) => memory !== null)
        .sort((one, other) => (other.memory ?? 0) - (one.memory ?? 0))
        .slice(0, mostListed)
        .map((process) => ({ card, process })),
    );
    this.#memory.show(
      listed.map(({ card, process }) => {
        const worker = workers.get(process.pid);
        return {
          labels: {
            ...card,
            gpu_instance: process.gpuInstance,
            compute_instance: process.computeInstance,
            pid: String(process.pid),
            process: process.name,
            type: process.type,
            run: worker?.run ?? '',
            rank: worker?.rank ?? '',
          },
          values: { memory: process.memory },
        };
      }),
    );
    this.#counts.show(
      gpus.flatMap(({ card, processes }) =>
        typeNames.map((type) => ({
          labels: { ...card, type },
          values: { processes: processes.filter((process) => process.type === type).length },
        })),
      ),
    );
    this.#rest.show(
      gpus.map(({ card, processes, surplus }) => {
        const withMemory = processes.filter(({ memory }) => memory !== null).length;
        return { labels: card, values: { unlisted: Math.max(0, withMemory - mostListed) + surplus } };
      }),
    );
  }

  clear(): void {
    this.show([], new Map());
  }
}

/** The program without its folders. A driver that does not know says `[Not Found]`. */
function nameOf(text: string): string {
  return isAbsent(text) ? '' : labelText(null, text.split('/').at(-1)?.slice(0, longestName) ?? '');
}

function instanceId(text: string | undefined): string {
  return text !== undefined && /^\d{1,5}$/.test(text) ? text : '';
}
