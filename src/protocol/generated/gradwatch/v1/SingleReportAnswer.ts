// Original file: proto/gradwatch/v1/telemetry.proto

import type { Welcome as _gradwatch_v1_Welcome, Welcome__Output as _gradwatch_v1_Welcome__Output } from '../../gradwatch/v1/Welcome.ts';
import type { Acknowledgement as _gradwatch_v1_Acknowledgement, Acknowledgement__Output as _gradwatch_v1_Acknowledgement__Output } from '../../gradwatch/v1/Acknowledgement.ts';
import type { Refusal as _gradwatch_v1_Refusal, Refusal__Output as _gradwatch_v1_Refusal__Output } from '../../gradwatch/v1/Refusal.ts';

export interface SingleReportAnswer {
  'welcome'?: (_gradwatch_v1_Welcome | null);
  'acknowledgement'?: (_gradwatch_v1_Acknowledgement | null);
  'refusals'?: (_gradwatch_v1_Refusal)[];
  '_welcome'?: "welcome";
  '_acknowledgement'?: "acknowledgement";
}

export interface SingleReportAnswer__Output {
  'welcome'?: (_gradwatch_v1_Welcome__Output);
  'acknowledgement'?: (_gradwatch_v1_Acknowledgement__Output);
  'refusals'?: (_gradwatch_v1_Refusal__Output)[];
}
