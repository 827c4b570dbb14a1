// Original file: proto/gradwatch/v1/telemetry.proto

import type { RequestKind as _gradwatch_v1_RequestKind, RequestKind__Output as _gradwatch_v1_RequestKind__Output } from '../../gradwatch/v1/RequestKind.ts';
import type { Long } from '@grpc/proto-loader';

export interface Hello {
  'run'?: (string);
  'rank'?: (number);
  'world_size'?: (number);
  'local_rank'?: (number);
  'attempt'?: (number);
  'session'?: (string);
  'node'?: (string);
  'gpu_uuid'?: (string);
  'pid'?: (number);
  'framework'?: (string);
  'model'?: (string);
  'client'?: (string);
  'supports'?: (_gradwatch_v1_RequestKind)[];
  'boot_id'?: (string);
  'start_ticks'?: (number | string | Long);
  '_run'?: "run";
  '_rank'?: "rank";
  '_world_size'?: "world_size";
  '_local_rank'?: "local_rank";
  '_attempt'?: "attempt";
  '_session'?: "session";
  '_node'?: "node";
  '_gpu_uuid'?: "gpu_uuid";
  '_pid'?: "pid";
  '_framework'?: "framework";
  '_model'?: "model";
  '_client'?: "client";
  '_boot_id'?: "boot_id";
  '_start_ticks'?: "start_ticks";
}

export interface Hello__Output {
  'run'?: (string);
  'rank'?: (number);
  'world_size'?: (number);
  'local_rank'?: (number);
  'attempt'?: (number);
  'session'?: (string);
  'node'?: (string);
  'gpu_uuid'?: (string);
  'pid'?: (number);
  'framework'?: (string);
  'model'?: (string);
  'client'?: (string);
  'supports'?: (_gradwatch_v1_RequestKind__Output)[];
  'boot_id'?: (string);
  'start_ticks'?: (number);
}
