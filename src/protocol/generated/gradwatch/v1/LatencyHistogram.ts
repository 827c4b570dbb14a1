// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface LatencyHistogram {
  'bounds'?: (number | string)[];
  'counts'?: (number | string | Long)[];
  'sum'?: (number | string);
  '_sum'?: "sum";
}

export interface LatencyHistogram__Output {
  'bounds'?: (number)[];
  'counts'?: (number)[];
  'sum'?: (number);
}
