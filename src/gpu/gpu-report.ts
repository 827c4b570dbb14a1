import type { GpuState } from './metrics.ts';

/** What there is to tell a person of one GPU now. A reading is null where its series is absent. */
export interface GpuReport {
  /** The label `gpu` of its series: the index or the bus id. */
  readonly gpu: string;
  /** Empty as long as the card has not told it. */
  readonly uuid: string;
  /** The model; empty as long as the card has not told it. */
  readonly name: string;
  readonly state: GpuState;
  /** From 0 to 1. */
  readonly utilization: number | null;
  /** Bytes. */
  readonly memoryUsed: number | null;
  /** Bytes. */
  readonly memoryTotal: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
  /** Watts. */
  readonly power: number | null;
}
