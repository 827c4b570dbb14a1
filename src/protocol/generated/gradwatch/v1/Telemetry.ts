// Original file: proto/gradwatch/v1/telemetry.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExporterMessage as _gradwatch_v1_ExporterMessage, ExporterMessage__Output as _gradwatch_v1_ExporterMessage__Output } from '../../gradwatch/v1/ExporterMessage.ts';
import type { SingleReport as _gradwatch_v1_SingleReport, SingleReport__Output as _gradwatch_v1_SingleReport__Output } from '../../gradwatch/v1/SingleReport.ts';
import type { SingleReportAnswer as _gradwatch_v1_SingleReportAnswer, SingleReportAnswer__Output as _gradwatch_v1_SingleReportAnswer__Output } from '../../gradwatch/v1/SingleReportAnswer.ts';
import type { WorkerMessage as _gradwatch_v1_WorkerMessage, WorkerMessage__Output as _gradwatch_v1_WorkerMessage__Output } from '../../gradwatch/v1/WorkerMessage.ts';

export interface TelemetryClient extends grpc.Client {
  Report(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  Report(options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  report(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  report(options?: grpc.CallOptions): grpc.ClientDuplexStream<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage__Output>;
  
  ReportOnce(argument: _gradwatch_v1_SingleReport, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  ReportOnce(argument: _gradwatch_v1_SingleReport, metadata: grpc.Metadata, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  ReportOnce(argument: _gradwatch_v1_SingleReport, options: grpc.CallOptions, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  ReportOnce(argument: _gradwatch_v1_SingleReport, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  reportOnce(argument: _gradwatch_v1_SingleReport, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  reportOnce(argument: _gradwatch_v1_SingleReport, metadata: grpc.Metadata, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  reportOnce(argument: _gradwatch_v1_SingleReport, options: grpc.CallOptions, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  reportOnce(argument: _gradwatch_v1_SingleReport, callback: grpc.requestCallback<_gradwatch_v1_SingleReportAnswer__Output>): grpc.ClientUnaryCall;
  
}

export interface TelemetryHandlers extends grpc.UntypedServiceImplementation {
  Report: grpc.handleBidiStreamingCall<_gradwatch_v1_WorkerMessage__Output, _gradwatch_v1_ExporterMessage>;
  
  ReportOnce: grpc.handleUnaryCall<_gradwatch_v1_SingleReport__Output, _gradwatch_v1_SingleReportAnswer>;
  
}

export interface TelemetryDefinition extends grpc.ServiceDefinition {
  Report: MethodDefinition<_gradwatch_v1_WorkerMessage, _gradwatch_v1_ExporterMessage, _gradwatch_v1_WorkerMessage__Output, _gradwatch_v1_ExporterMessage__Output>
  ReportOnce: MethodDefinition<_gradwatch_v1_SingleReport, _gradwatch_v1_SingleReportAnswer, _gradwatch_v1_SingleReport__Output, _gradwatch_v1_SingleReportAnswer__Output>
}
