// Original file: proto/gradwatch/v1/telemetry.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExporterMessage as _gradwatch_v1_ExporterMessage, ExporterMessage__Output as _gradwatch_v1_ExporterMessage__Output } from '../../gradwatch/v1/ExporterMessage.ts';
import type { WorkerMessage as _gradwatch_v1_WorkerMessage, WorkerMessage__Output as _gradwatch_v1_WorkerMessage__Output } from '../../gradwatch/v1/WorkerMessage.ts';

export interface TelemetryClient extends grpc.Client {
  Report(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  Report(options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  report(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  report(options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  
}

export interface TelemetryHandlers extends grpc.UntypedServiceImplementation {
  Report: grpc.handleBidiStreamingCall<_gradwatch_v1_WorkerMessage__Output, _gradwatch_v1_ExporterMessage>;
  
}

export interface TelemetryDefinition extends grpc.ServiceDefinition {
  Report: MethodDefinition<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage, _gradwatch_v1_WorkerMessage__Output, _gradwatch_v1_ExporterMessage__Output>
}
