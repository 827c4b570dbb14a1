// Original file: proto/gradwatch/v1/telemetry.proto

import type { Step as _gradwatch_v1_Step, Step__Output as _gradwatch_v1_Step__Output } from '../../gradwatch/v1/Step.ts';
import type { Long } from '@grpc/proto-loader';

export interface Batch {
  'sequence'?: (number | string | Long);
  'steps'?: (_gradwatch_v1_Step)[];
  'dropped_steps'?: (number | string | Long);
  '_sequence'?: "sequence";
  '_dropped_steps'?: "dropped_steps";
}

export interface Batch__Output {
  'sequence'?: (number);
  'steps'?: (_gradwatch_v1_Step__Output)[];
  'dropped_steps'?: (number);
}
