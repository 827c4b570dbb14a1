// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface Step {
  'step'?: (number | string | Long);
  'unix_nanos'?: (number | string | Long);
  'epoch'?: (number | string);
  'loss'?: (number | string);
  'validation_loss'?: (number | string);
  'gradient_norm'?: (number | string);
  'gradient_change_norm'?: (number | string);
  'parameter_norm'?: (number | string);
  'learning_rate'?: (number | string);
  'loss_scale'?: (number | string);
  'skipped'?: (boolean);
  'step_seconds'?: (number | string);
  'data_wait_seconds'?: (number | string);
  'collective_wait_seconds'?: (number | string);
  'samples'?: (number | string | Long);
  'tokens'?: (number | string | Long);
  '_step'?: "step";
  '_unix_nanos'?: "unix_nanos";
  '_epoch'?: "epoch";
  '_loss'?: "loss";
  '_validation_loss'?: "validation_loss";
  '_gradient_norm'?: "gradient_norm";
  '_gradient_change_norm'?: "gradient_change_norm";
  '_parameter_norm'?: "parameter_norm";
  '_learning_rate'?: "learning_rate";
  '_loss_scale'?: "loss_scale";
  '_skipped'?: "skipped";
  '_step_seconds'?: "step_seconds";
  '_data_wait_seconds'?: "data_wait_seconds";
  '_collective_wait_seconds'?: "collective_wait_seconds";
  '_samples'?: "samples";
  '_tokens'?: "tokens";
}

export interface Step__Output {
  'step'?: (number);
  'unix_nanos'?: (number);
  'epoch'?: (number);
  'loss'?: (number);
  'validation_loss'?: (number);
  'gradient_norm'?: (number);
  'gradient_change_norm'?: (number);
  'parameter_norm'?: (number);
  'learning_rate'?: (number);
  'loss_scale'?: (number);
  'skipped'?: (boolean);
  'step_seconds'?: (number);
  'data_wait_seconds'?: (number);
  'collective_wait_seconds'?: (number);
  'samples'?: (number);
  'tokens'?: (number);
}
