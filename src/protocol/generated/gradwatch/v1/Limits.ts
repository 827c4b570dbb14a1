// Original file: proto/gradwatch/v1/telemetry.proto


export interface Limits {
  'message_bytes'?: (number);
  'steps_per_second'?: (number);
  'extras'?: (number);
  'auxiliary_losses'?: (number);
  'layers'?: (number);
  'tensors'?: (number);
  'bins'?: (number);
  'datasets'?: (number);
  'slices'?: (number);
  'slice_metrics'?: (number);
  'events_per_minute'?: (number);
  'labels'?: (number);
  '_message_bytes'?: "message_bytes";
  '_steps_per_second'?: "steps_per_second";
  '_extras'?: "extras";
  '_auxiliary_losses'?: "auxiliary_losses";
  '_layers'?: "layers";
  '_tensors'?: "tensors";
  '_bins'?: "bins";
  '_datasets'?: "datasets";
  '_slices'?: "slices";
  '_slice_metrics'?: "slice_metrics";
  '_events_per_minute'?: "events_per_minute";
  '_labels'?: "labels";
}

export interface Limits__Output {
  'message_bytes'?: (number);
  'steps_per_second'?: (number);
  'extras'?: (number);
  'auxiliary_losses'?: (number);
  'layers'?: (number);
  'tensors'?: (number);
  'bins'?: (number);
  'datasets'?: (number);
  'slices'?: (number);
  'slice_metrics'?: (number);
  'events_per_minute'?: (number);
  'labels'?: (number);
}
