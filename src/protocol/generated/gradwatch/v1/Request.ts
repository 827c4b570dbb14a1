// Original file: proto/gradwatch/v1/telemetry.proto

import type { RequestKind as _gradwatch_v1_RequestKind, RequestKind__Output as _gradwatch_v1_RequestKind__Output } from '../../gradwatch/v1/RequestKind.ts';

export interface Request {
  'id'?: (string);
  'kind'?: (_gradwatch_v1_RequestKind);
  'factor'?: (number | string);
  'steps'?: (number);
  '_id'?: "id";
  '_kind'?: "kind";
  '_factor'?: "factor";
  '_steps'?: "steps";
}

export interface Request__Output {
  'id'?: (string);
  'kind'?: (_gradwatch_v1_RequestKind__Output);
  'factor'?: (number);
  'steps'?: (number);
}
