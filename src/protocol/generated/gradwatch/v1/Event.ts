// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

// Original file: proto/gradwatch/v1/telemetry.proto

export const _gradwatch_v1_Event_Type = {
  TYPE_UNSPECIFIED: 'TYPE_UNSPECIFIED',
  TYPE_CHECKPOINT: 'TYPE_CHECKPOINT',
  TYPE_EXCEPTION: 'TYPE_EXCEPTION',
  TYPE_RESTART: 'TYPE_RESTART',
  TYPE_ROLLBACK: 'TYPE_ROLLBACK',
  TYPE_LEARNING_RATE_CHANGE: 'TYPE_LEARNING_RATE_CHANGE',
  TYPE_DATA_SKIP: 'TYPE_DATA_SKIP',
  TYPE_OUT_OF_MEMORY: 'TYPE_OUT_OF_MEMORY',
  TYPE_COLLECTIVE_TIMEOUT: 'TYPE_COLLECTIVE_TIMEOUT',
  TYPE_CUSTOM: 'TYPE_CUSTOM',
} as const;

export type _gradwatch_v1_Event_Type =
  | 'TYPE_UNSPECIFIED'
  | 0
  | 'TYPE_CHECKPOINT'
  | 1
  | 'TYPE_EXCEPTION'
  | 2
  | 'TYPE_RESTART'
  | 3
  | 'TYPE_ROLLBACK'
  | 4
  | 'TYPE_LEARNING_RATE_CHANGE'
  | 5
  | 'TYPE_DATA_SKIP'
  | 6
  | 'TYPE_OUT_OF_MEMORY'
  | 7
  | 'TYPE_COLLECTIVE_TIMEOUT'
  | 8
  | 'TYPE_CUSTOM'
  | 9

export type _gradwatch_v1_Event_Type__Output = typeof _gradwatch_v1_Event_Type[keyof typeof _gradwatch_v1_Event_Type]

export interface Event {
  'type'?: (_gradwatch_v1_Event_Type);
  'step'?: (number | string | Long);
  'unix_nanos'?: (number | string | Long);
  'message'?: (string);
  'value'?: (number | string);
  '_type'?: "type";
  '_step'?: "step";
  '_unix_nanos'?: "unix_nanos";
  '_message'?: "message";
  '_value'?: "value";
}

export interface Event__Output {
  'type'?: (_gradwatch_v1_Event_Type__Output);
  'step'?: (number);
  'unix_nanos'?: (number);
  'message'?: (string);
  'value'?: (number);
}
