// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface Welcome {
  'resume_from'?: (number | string | Long);
  'max_message_bytes'?: (number);
  'exporter'?: (string);
  'node'?: (string);
  '_resume_from'?: "resume_from";
  '_max_message_bytes'?: "max_message_bytes";
  '_exporter'?: "exporter";
  '_node'?: "node";
}

export interface Welcome__Output {
  'resume_from'?: (number);
  'max_message_bytes'?: (number);
  'exporter'?: (string);
  'node'?: (string);
}
