// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface Acknowledgement {
  'sequence'?: (number | string | Long);
  '_sequence'?: "sequence";
}

export interface Acknowledgement__Output {
  'sequence'?: (number);
}
