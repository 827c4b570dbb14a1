// Original file: proto/gradwatch/v1/telemetry.proto

import type { Limits as _gradwatch_v1_Limits, Limits__Output as _gradwatch_v1_Limits__Output } from '../../gradwatch/v1/Limits.ts';
import type { Long } from '@grpc/proto-loader';

export interface Welcome {
  'resume_from'?: (number | string | Long);
  'max_message_bytes'?: (number);
  'exporter'?: (string);
  'node'?: (string);
  'limits'?: (_gradwatch_v1_Limits | null);
  'protocol_minor'?: (number);
  '_resume_from'?: "resume_from";
  '_max_message_bytes'?: "max_message_bytes";
  '_exporter'?: "exporter";
  '_node'?: "node";
  '_limits'?: "limits";
  '_protocol_minor'?: "protocol_minor";
}

export interface Welcome__Output {
  'resume_from'?: (number);
  'max_message_bytes'?: (number);
  'exporter'?: (string);
  'node'?: (string);
  'limits'?: (_gradwatch_v1_Limits__Output);
  'protocol_minor'?: (number);
}
