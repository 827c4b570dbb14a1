/** By what a process is found on its own machine, and told from all others there and elsewhere. */
export interface WorkerProcess {
  /** As the process itself sees it, in its own pid namespace. */
  readonly pid: number;
  /** Of the kernel that it runs on. */
  readonly bootId: string;
  /** When it started, in clock ticks after boot. */
  readonly startTicks: number;
  /** The inode of its pid namespace; absent where it did not tell. */
  readonly pidNamespace?: number | undefined;
}

/** The dimensions in which a training is spread over ranks. */
export const dimensions = ['data', 'tensor', 'pipeline', 'expert', 'context'] as const;
export type Dimension = (typeof dimensions)[number];

/** Where a rank stands in one dimension: 0 <= index < size. */
export interface Coordinate {
  readonly index: number;
  readonly size: number;
}

/** A dimension that is absent is not used. */
export type Parallel = { readonly [Name in Dimension]?: Coordinate | undefined };

export const roles = ['training', 'inference'] as const;
export type Role = (typeof roles)[number];

/** The Kubernetes pod of a process. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
}

/** What the process of a rank says of itself. */
export interface RankHello {
  readonly run: string;
  /** What tells this process from others that speak for the rank: the SHA-256 of its session token, so that no state holds the token. */
  readonly session: string;
  readonly rank: number;
  readonly worldSize: number;
  readonly localRank: number | null;
  readonly attempt: number;
  readonly node: string | null;
  readonly gpuUuid: string | null;
  readonly framework: string | null;
  readonly model: string | null;
  /** Null where it did not say enough to be found. */
  readonly process: WorkerProcess | null;
  /** The job that the scheduler knows. */
  readonly job: string | null;
  readonly role: Role;
  readonly parallel: Parallel;
  /** Free labels of the run, by name; empty where this process tells none. */
  readonly labels: Readonly<Record<string, string>>;
  /** Absent where it did not tell. */
  readonly pod?: Pod | undefined;
}
