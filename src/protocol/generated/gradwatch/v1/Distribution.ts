// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface Distribution {
  'edges'?: (number | string)[];
  'classes'?: (string)[];
  'counts'?: (number | string | Long)[];
}

export interface Distribution__Output {
  'edges'?: (number)[];
  'classes'?: (string)[];
  'counts'?: (number)[];
}
