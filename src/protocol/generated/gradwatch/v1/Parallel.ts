// Original file: proto/gradwatch/v1/telemetry.proto

import type { Coordinate as _gradwatch_v1_Coordinate, Coordinate__Output as _gradwatch_v1_Coordinate__Output } from '../../gradwatch/v1/Coordinate.ts';

export interface Parallel {
  'data'?: (_gradwatch_v1_Coordinate | null);
  'tensor'?: (_gradwatch_v1_Coordinate | null);
  'pipeline'?: (_gradwatch_v1_Coordinate | null);
  'expert'?: (_gradwatch_v1_Coordinate | null);
  'context'?: (_gradwatch_v1_Coordinate | null);
  '_data'?: "data";
  '_tensor'?: "tensor";
  '_pipeline'?: "pipeline";
  '_expert'?: "expert";
  '_context'?: "context";
}

export interface Parallel__Output {
  'data'?: (_gradwatch_v1_Coordinate__Output);
  'tensor'?: (_gradwatch_v1_Coordinate__Output);
  'pipeline'?: (_gradwatch_v1_Coordinate__Output);
  'expert'?: (_gradwatch_v1_Coordinate__Output);
  'context'?: (_gradwatch_v1_Coordinate__Output);
}
