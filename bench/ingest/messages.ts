import type { StepMessage } from '../../src/protocol/index.ts';

/** What parent, server and load tell each other. */
export type ToServer = 'usage';
export type FromServer = { readonly port: number } | { readonly cpuMicroseconds: number; readonly reports: number };
export type ToLoad = 'prepare' | 'send';
export type FromLoad = 'prepared' | 'sent';

/** A report that sets every field of the proto file; what a float is shows in its bytes, so the values are no round ones. */
export function fullStep(step: number): StepMessage {
  const wave = Math.sin(step);
  return {
    step,
    unix_nanos: 1_760_000_000_000_000_000 + step * 1_000_000,
    epoch: step / 1000,
    loss: 2.1 + wave,
    validation_loss: 2.3 + wave,
    gradient_norm: 1.1 + wave,
    gradient_change_norm: 1.2 + wave,
    parameter_norm: 31.4 + wave,
    learning_rate: 0.001,
    loss_scale: 65_536,
    skipped: false,
    step_seconds: 0.051 + wave / 100,
    data_wait_seconds: 0.0021,
    collective_wait_seconds: 0.0043,
    samples: 32,
    tokens: 32_768,
  };
}
