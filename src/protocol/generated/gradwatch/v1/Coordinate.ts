// Original file: proto/gradwatch/v1/telemetry.proto


export interface Coordinate {
  'index'?: (number);
  'size'?: (number);
  '_index'?: "index";
  '_size'?: "size";
}

export interface Coordinate__Output {
  'index'?: (number);
  'size'?: (number);
}
