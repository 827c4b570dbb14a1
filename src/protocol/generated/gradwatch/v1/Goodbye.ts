// Original file: proto/gradwatch/v1/telemetry.proto

import type { Ending as _gradwatch_v1_Ending, Ending__Output as _gradwatch_v1_Ending__Output } from '../../gradwatch/v1/Ending.ts';

export interface Goodbye {
  'ending'?: (_gradwatch_v1_Ending);
  'reason'?: (string);
  '_ending'?: "ending";
  '_reason'?: "reason";
}

export interface Goodbye__Output {
  'ending'?: (_gradwatch_v1_Ending__Output);
  'reason'?: (string);
}
