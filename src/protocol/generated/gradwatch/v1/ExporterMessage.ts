// Original file: proto/gradwatch/v1/telemetry.proto

import type { Welcome as _gradwatch_v1_Welcome, Welcome__Output as _gradwatch_v1_Welcome__Output } from '../../gradwatch/v1/Welcome.ts';
import type { Acknowledgement as _gradwatch_v1_Acknowledgement, Acknowledgement__Output as _gradwatch_v1_Acknowledgement__Output } from '../../gradwatch/v1/Acknowledgement.ts';
import type { Refusal as _gradwatch_v1_Refusal, Refusal__Output as _gradwatch_v1_Refusal__Output } from '../../gradwatch/v1/Refusal.ts';
import type { Finding as _gradwatch_v1_Finding, Finding__Output as _gradwatch_v1_Finding__Output } from '../../gradwatch/v1/Finding.ts';
import type { Request as _gradwatch_v1_Request, Request__Output as _gradwatch_v1_Request__Output } from '../../gradwatch/v1/Request.ts';
import type { Limits as _gradwatch_v1_Limits, Limits__Output as _gradwatch_v1_Limits__Output } from '../../gradwatch/v1/Limits.ts';

export interface ExporterMessage {
  'welcome'?: (_gradwatch_v1_Welcome | null);
  'acknowledgement'?: (_gradwatch_v1_Acknowledgement | null);
  'refusal'?: (_gradwatch_v1_Refusal | null);
  'finding'?: (_gradwatch_v1_Finding | null);
  'request'?: (_gradwatch_v1_Request | null);
  'limits'?: (_gradwatch_v1_Limits | null);
  'message'?: "welcome"|"acknowledgement"|"refusal"|"finding"|"request"|"limits";
}

export interface ExporterMessage__Output {
  'welcome'?: (_gradwatch_v1_Welcome__Output);
  'acknowledgement'?: (_gradwatch_v1_Acknowledgement__Output);
  'refusal'?: (_gradwatch_v1_Refusal__Output);
  'finding'?: (_gradwatch_v1_Finding__Output);
  'request'?: (_gradwatch_v1_Request__Output);
  'limits'?: (_gradwatch_v1_Limits__Output);
}
