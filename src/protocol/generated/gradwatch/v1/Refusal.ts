// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface Refusal {
  'sequence'?: (number | string | Long);
  'reason'?: (string);
  'message'?: (string);
  '_sequence'?: "sequence";
  '_reason'?: "reason";
  '_message'?: "message";
}

export interface Refusal__Output {
  'sequence'?: (number);
  'reason'?: (string);
  'message'?: (string);
}
