// Original file: proto/gradwatch/v1/telemetry.proto

import type { LatencyHistogram as _gradwatch_v1_LatencyHistogram, LatencyHistogram__Output as _gradwatch_v1_LatencyHistogram__Output } from '../../gradwatch/v1/LatencyHistogram.ts';
import type { Distribution as _gradwatch_v1_Distribution, Distribution__Output as _gradwatch_v1_Distribution__Output } from '../../gradwatch/v1/Distribution.ts';
import type { Long } from '@grpc/proto-loader';

export interface ServingReport {
  'unix_nanos'?: (number | string | Long);
  'requests'?: (number | string | Long);
  'errors'?: (number | string | Long);
  'latency'?: (_gradwatch_v1_LatencyHistogram | null);
  'input_tokens'?: (number | string | Long);
  'output_tokens'?: (number | string | Long);
  'outputs'?: (_gradwatch_v1_Distribution | null);
  '_unix_nanos'?: "unix_nanos";
  '_requests'?: "requests";
  '_errors'?: "errors";
  '_latency'?: "latency";
  '_input_tokens'?: "input_tokens";
  '_output_tokens'?: "output_tokens";
  '_outputs'?: "outputs";
}

export interface ServingReport__Output {
  'unix_nanos'?: (number);
  'requests'?: (number);
  'errors'?: (number);
  'latency'?: (_gradwatch_v1_LatencyHistogram__Output);
  'input_tokens'?: (number);
  'output_tokens'?: (number);
  'outputs'?: (_gradwatch_v1_Distribution__Output);
}
