// Original file: proto/gradwatch/v1/telemetry.proto

import type { RequestKind as _gradwatch_v1_RequestKind, RequestKind__Output as _gradwatch_v1_RequestKind__Output } from '../../gradwatch/v1/RequestKind.ts';
import type { Role as _gradwatch_v1_Role, Role__Output as _gradwatch_v1_Role__Output } from '../../gradwatch/v1/Role.ts';
import type { Parallel as _gradwatch_v1_Parallel, Parallel__Output as _gradwatch_v1_Parallel__Output } from '../../gradwatch/v1/Parallel.ts';
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
  'pid_namespace'?: (number | string | Long);
  'protocol_minor'?: (number);
  'job'?: (string);
  'role'?: (_gradwatch_v1_Role);
  'parallel'?: (_gradwatch_v1_Parallel | null);
  'labels'?: ({[key: string]: string});
  'pod'?: (string);
  'pod_namespace'?: (string);
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
  '_pid_namespace'?: "pid_namespace";
  '_protocol_minor'?: "protocol_minor";
  '_job'?: "job";
  '_role'?: "role";
  '_parallel'?: "parallel";
  '_pod'?: "pod";
  '_pod_namespace'?: "pod_namespace";
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
  'pid_namespace'?: (number);
  'protocol_minor'?: (number);
  'job'?: (string);
  'role'?: (_gradwatch_v1_Role__Output);
  'parallel'?: (_gradwatch_v1_Parallel__Output);
  'labels'?: ({[key: string]: string});
  'pod'?: (string);
  'pod_namespace'?: (string);
}
