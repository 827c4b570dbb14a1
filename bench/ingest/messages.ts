import type { StepMessage } from '../../src/protocol/index.ts';

/** `ours` is the whole exporter without detectors, `ours, detecting` with all that are on by default. */
export type Kind = 'ours' | 'ours, detecting' | 'bare' | 'prom-client';
/** How workers report: over a stream that stays open, or with a call for each batch. */
export type Mode = 'stream' | 'unary';

/** What parent, server and load tell each other. */
export interface Started {
  readonly port: number;
  /** Where the server is scraped; null where there is nothing to scrape. */
  readonly metrics: string | null;
}
export type ToServer = 'usage';
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
  /** Reports that were taken since the server began; null where its series tell. */
  readonly reports: number | null;
}
export type ToLoad = 'prepare' | 'send';
export type FromLoad = 'prepared' | 'sent';

/** Ranks of one run; as many as the exporter holds by default. */
export const ranksPerRun = 250;

/** A report of 20 values; what a float is shows in its bytes, so the values are no round ones. */
export function fullStep(step: number): StepMessage {
  const wave = Math.sin(step);
  return {
    step,
    unix_nanos: 1_760_000_000_000_000_000 + step * 1_000_000,
    epoch: step / 1000,
    loss: 2.1 + wave / 10,
    gradient_norm: 1.1 + wave / 10,
    gradient_change_norm: 0.2 + wave / 10,
    parameter_norm: 31.4 + wave,
    learning_rate: 0.001,
    loss_scale: 65_536,
    skipped: false,
    step_seconds: 0.051 + wave / 100,
    data_wait_seconds: 0.0021,
    collective_wait_seconds: 0.0043,
    forward_seconds: 0.0153 + wave / 1000,
    backward_seconds: 0.0257 + wave / 1000,
    optimizer_seconds: 0.0031,
    update_ratio: 0.0011,
    mfu_ratio: 0.41 + wave / 100,
    samples: 32,
    tokens: 32_768,
    batch_size: 256,
    memory_allocated_bytes: 31_234_567_890,
    memory_reserved_bytes: 41_234_567_890,
  };
}
