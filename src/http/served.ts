import type { CollectorReport } from '../collect/index.ts';
import type { Findings, Kind } from '../findings/index.ts';
import type { GpuReport } from '../gpu/index.ts';
import type { RunReport } from '../runs/index.ts';
import type { SeriesTable } from '../series/index.ts';
import type { SelfMetrics } from './self-metrics.ts';

/** What the HTTP server shows, and where it gets it. */
export interface Served {
  readonly table: SeriesTable;
  readonly self: SelfMetrics;
  readonly version: string;
  /** What the exporter still waits for before it is ready, in words; empty when it is ready. */
  readonly waiting: () => readonly string[];
  readonly gpus: () => readonly GpuReport[];
  readonly collectors: () => readonly CollectorReport[];
  readonly runs: () => readonly RunReport[];
  /** Open findings, resolved ones for as long as they are kept, and what people say of them. */
  readonly findings: Pick<
    Findings,
    'open' | 'resolved' | 'subscribe' | 'silences' | 'silence' | 'endSilence' | 'acknowledge'
  >;
  /** Settles when what was said so far is on disk where it is kept, or cannot be for now. */
  readonly persist: () => Promise<unknown>;
  /** Kinds of findings that there can be. */
  readonly kinds: readonly Kind[];
  readonly askWorkers: AskWorkers;
  /** The bearer token for what changes something; null switches all of that off. */
  readonly token: string | null;
  /** Takes the configuration as it is now; null where that is switched off. */
  readonly reload: (() => ReloadOutcome) | null;
  /** The most scrapes that are answered at a time, as it is configured now. */
  readonly maxScrapes: () => number;
  /** Unix seconds. */
  readonly now: () => number;
  readonly log: HttpLog;
}

/** What came of a reload. */
export type ReloadOutcome =
  /** One line for each mistake: nothing was taken. */
  | { readonly mistakes: readonly string[] }
  /** The key paths of the options that were taken, and of those that take a restart. */
  | { readonly changed: readonly string[]; readonly needRestart: readonly string[] };

/** Asks the workers of a run, or one rank of it (null: every rank that is connected), and waits for what they answer. */
export type AskWorkers = (run: string, rank: number | null, request: WorkerRequest) => Promise<readonly WorkerAnswer[]>;

export type WorkerRequest =
  | { readonly kind: 'checkpoint' | 'stop' }
  | { readonly kind: 'scale_learning_rate'; readonly factor: number }
  | { readonly kind: 'log_layers'; readonly steps: number };

export interface WorkerAnswer {
  readonly rank: number;
  readonly result: 'done' | 'refused' | 'unsupported' | 'unknown' | 'no_answer' | 'not_connected';
  readonly message: string | null;
}

/** Where requests that change something, and faults of our own, are told. */
export interface HttpLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
