// Original file: proto/gradwatch/v1/telemetry.proto


// Original file: proto/gradwatch/v1/telemetry.proto

export const _gradwatch_v1_Answer_Result = {
  RESULT_UNSPECIFIED: 'RESULT_UNSPECIFIED',
  RESULT_DONE: 'RESULT_DONE',
  RESULT_REFUSED: 'RESULT_REFUSED',
  RESULT_UNSUPPORTED: 'RESULT_UNSUPPORTED',
} as const;

export type _gradwatch_v1_Answer_Result =
  | 'RESULT_UNSPECIFIED'
  | 0
  | 'RESULT_DONE'
  | 1
  | 'RESULT_REFUSED'
  | 2
  | 'RESULT_UNSUPPORTED'
  | 3

export type _gradwatch_v1_Answer_Result__Output = typeof _gradwatch_v1_Answer_Result[keyof typeof _gradwatch_v1_Answer_Result]

export interface Answer {
  'request'?: (string);
  'result'?: (_gradwatch_v1_Answer_Result);
  'message'?: (string);
  '_request'?: "request";
  '_result'?: "result";
  '_message'?: "message";
}

export interface Answer__Output {
  'request'?: (string);
  'result'?: (_gradwatch_v1_Answer_Result__Output);
  'message'?: (string);
}
