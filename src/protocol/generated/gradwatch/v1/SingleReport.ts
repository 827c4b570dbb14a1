// Original file: proto/gradwatch/v1/telemetry.proto

import type { Hello as _gradwatch_v1_Hello, Hello__Output as _gradwatch_v1_Hello__Output } from '../../gradwatch/v1/Hello.ts';
import type { Batch as _gradwatch_v1_Batch, Batch__Output as _gradwatch_v1_Batch__Output } from '../../gradwatch/v1/Batch.ts';
import type { Goodbye as _gradwatch_v1_Goodbye, Goodbye__Output as _gradwatch_v1_Goodbye__Output } from '../../gradwatch/v1/Goodbye.ts';

export interface SingleReport {
  'hello'?: (_gradwatch_v1_Hello | null);
  'batch'?: (_gradwatch_v1_Batch | null);
  'goodbye'?: (_gradwatch_v1_Goodbye | null);
  '_hello'?: "hello";
  '_batch'?: "batch";
  '_goodbye'?: "goodbye";
}

export interface SingleReport__Output {
  'hello'?: (_gradwatch_v1_Hello__Output);
  'batch'?: (_gradwatch_v1_Batch__Output);
  'goodbye'?: (_gradwatch_v1_Goodbye__Output);
}
