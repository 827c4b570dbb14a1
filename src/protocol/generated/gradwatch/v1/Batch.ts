// Original file: proto/gradwatch/v1/telemetry.proto

import type { Step as _gradwatch_v1_Step, Step__Output as _gradwatch_v1_Step__Output } from '../../gradwatch/v1/Step.ts';
import type { Evaluation as _gradwatch_v1_Evaluation, Evaluation__Output as _gradwatch_v1_Evaluation__Output } from '../../gradwatch/v1/Evaluation.ts';
import type { LayerReport as _gradwatch_v1_LayerReport, LayerReport__Output as _gradwatch_v1_LayerReport__Output } from '../../gradwatch/v1/LayerReport.ts';
import type { TensorReport as _gradwatch_v1_TensorReport, TensorReport__Output as _gradwatch_v1_TensorReport__Output } from '../../gradwatch/v1/TensorReport.ts';
import type { Event as _gradwatch_v1_Event, Event__Output as _gradwatch_v1_Event__Output } from '../../gradwatch/v1/Event.ts';
import type { ServingReport as _gradwatch_v1_ServingReport, ServingReport__Output as _gradwatch_v1_ServingReport__Output } from '../../gradwatch/v1/ServingReport.ts';
import type { Long } from '@grpc/proto-loader';

export interface Batch {
  'sequence'?: (number | string | Long);
  'steps'?: (_gradwatch_v1_Step)[];
  'dropped_steps'?: (number | string | Long);
  'evaluations'?: (_gradwatch_v1_Evaluation)[];
  'layer_reports'?: (_gradwatch_v1_LayerReport)[];
  'tensor_reports'?: (_gradwatch_v1_TensorReport)[];
  'events'?: (_gradwatch_v1_Event)[];
  'serving_reports'?: (_gradwatch_v1_ServingReport)[];
  '_sequence'?: "sequence";
  '_dropped_steps'?: "dropped_steps";
}

export interface Batch__Output {
  'sequence'?: (number);
  'steps'?: (_gradwatch_v1_Step__Output)[];
  'dropped_steps'?: (number);
  'evaluations'?: (_gradwatch_v1_Evaluation__Output)[];
  'layer_reports'?: (_gradwatch_v1_LayerReport__Output)[];
  'tensor_reports'?: (_gradwatch_v1_TensorReport__Output)[];
  'events'?: (_gradwatch_v1_Event__Output)[];
  'serving_reports'?: (_gradwatch_v1_ServingReport__Output)[];
}
