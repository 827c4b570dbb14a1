import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Acknowledgement as _gradwatch_v1_Acknowledgement, Acknowledgement__Output as _gradwatch_v1_Acknowledgement__Output } from './gradwatch/v1/Acknowledgement.ts';
import type { Answer as _gradwatch_v1_Answer, Answer__Output as _gradwatch_v1_Answer__Output } from './gradwatch/v1/Answer.ts';
import type { Batch as _gradwatch_v1_Batch, Batch__Output as _gradwatch_v1_Batch__Output } from './gradwatch/v1/Batch.ts';
import type { Coordinate as _gradwatch_v1_Coordinate, Coordinate__Output as _gradwatch_v1_Coordinate__Output } from './gradwatch/v1/Coordinate.ts';
import type { Distribution as _gradwatch_v1_Distribution, Distribution__Output as _gradwatch_v1_Distribution__Output } from './gradwatch/v1/Distribution.ts';
import type { Evaluation as _gradwatch_v1_Evaluation, Evaluation__Output as _gradwatch_v1_Evaluation__Output } from './gradwatch/v1/Evaluation.ts';
import type { EvaluationSlice as _gradwatch_v1_EvaluationSlice, EvaluationSlice__Output as _gradwatch_v1_EvaluationSlice__Output } from './gradwatch/v1/EvaluationSlice.ts';
import type { Event as _gradwatch_v1_Event, Event__Output as _gradwatch_v1_Event__Output } from './gradwatch/v1/Event.ts';
import type { ExporterMessage as _gradwatch_v1_ExporterMessage, ExporterMessage__Output as _gradwatch_v1_ExporterMessage__Output } from './gradwatch/v1/ExporterMessage.ts';
import type { Finding as _gradwatch_v1_Finding, Finding__Output as _gradwatch_v1_Finding__Output } from './gradwatch/v1/Finding.ts';
import type { Goodbye as _gradwatch_v1_Goodbye, Goodbye__Output as _gradwatch_v1_Goodbye__Output } from './gradwatch/v1/Goodbye.ts';
import type { Hello as _gradwatch_v1_Hello, Hello__Output as _gradwatch_v1_Hello__Output } from './gradwatch/v1/Hello.ts';
import type { LatencyHistogram as _gradwatch_v1_LatencyHistogram, LatencyHistogram__Output as _gradwatch_v1_LatencyHistogram__Output } from './gradwatch/v1/LatencyHistogram.ts';
import type { Layer as _gradwatch_v1_Layer, Layer__Output as _gradwatch_v1_Layer__Output } from './gradwatch/v1/Layer.ts';
import type { LayerReport as _gradwatch_v1_LayerReport, LayerReport__Output as _gradwatch_v1_LayerReport__Output } from './gradwatch/v1/LayerReport.ts';
import type { Limits as _gradwatch_v1_Limits, Limits__Output as _gradwatch_v1_Limits__Output } from './gradwatch/v1/Limits.ts';
import type { Parallel as _gradwatch_v1_Parallel, Parallel__Output as _gradwatch_v1_Parallel__Output } from './gradwatch/v1/Parallel.ts';
import type { Refusal as _gradwatch_v1_Refusal, Refusal__Output as _gradwatch_v1_Refusal__Output } from './gradwatch/v1/Refusal.ts';
import type { Request as _gradwatch_v1_Request, Request__Output as _gradwatch_v1_Request__Output } from './gradwatch/v1/Request.ts';
import type { ServingReport as _gradwatch_v1_ServingReport, ServingReport__Output as _gradwatch_v1_ServingReport__Output } from './gradwatch/v1/ServingReport.ts';
import type { SingleReport as _gradwatch_v1_SingleReport, SingleReport__Output as _gradwatch_v1_SingleReport__Output } from './gradwatch/v1/SingleReport.ts';
import type { SingleReportAnswer as _gradwatch_v1_SingleReportAnswer, SingleReportAnswer__Output as _gradwatch_v1_SingleReportAnswer__Output } from './gradwatch/v1/SingleReportAnswer.ts';
import type { Step as _gradwatch_v1_Step, Step__Output as _gradwatch_v1_Step__Output } from './gradwatch/v1/Step.ts';
import type { TelemetryClient as _gradwatch_v1_TelemetryClient, TelemetryDefinition as _gradwatch_v1_TelemetryDefinition } from './gradwatch/v1/Telemetry.ts';
import type { TensorReport as _gradwatch_v1_TensorReport, TensorReport__Output as _gradwatch_v1_TensorReport__Output } from './gradwatch/v1/TensorReport.ts';
import type { ThresholdFailure as _gradwatch_v1_ThresholdFailure, ThresholdFailure__Output as _gradwatch_v1_ThresholdFailure__Output } from './gradwatch/v1/ThresholdFailure.ts';
import type { Welcome as _gradwatch_v1_Welcome, Welcome__Output as _gradwatch_v1_Welcome__Output } from './gradwatch/v1/Welcome.ts';
import type { WorkerMessage as _gradwatch_v1_WorkerMessage, WorkerMessage__Output as _gradwatch_v1_WorkerMessage__Output } from './gradwatch/v1/WorkerMessage.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  gradwatch: {
    v1: {
      Acknowledgement: MessageTypeDefinition<_gradwatch_v1_Acknowledgement, _gradwatch_v1_Acknowledgement__Output>
      Answer: MessageTypeDefinition<_gradwatch_v1_Answer, _gradwatch_v1_Answer__Output>
      Batch: MessageTypeDefinition<_gradwatch_v1_Batch, _gradwatch_v1_Batch__Output>
      Coordinate: MessageTypeDefinition<_gradwatch_v1_Coordinate, _gradwatch_v1_Coordinate__Output>
      Distribution: MessageTypeDefinition<_gradwatch_v1_Distribution, _gradwatch_v1_Distribution__Output>
      Ending: EnumTypeDefinition
      Evaluation: MessageTypeDefinition<_gradwatch_v1_Evaluation, _gradwatch_v1_Evaluation__Output>
      EvaluationSlice: MessageTypeDefinition<_gradwatch_v1_EvaluationSlice, _gradwatch_v1_EvaluationSlice__Output>
      Event: MessageTypeDefinition<_gradwatch_v1_Event, _gradwatch_v1_Event__Output>
      ExporterMessage: MessageTypeDefinition<_gradwatch_v1_ExporterMessage, _gradwatch_v1_ExporterMessage__Output>
      Finding: MessageTypeDefinition<_gradwatch_v1_Finding, _gradwatch_v1_Finding__Output>
      Goodbye: MessageTypeDefinition<_gradwatch_v1_Goodbye, _gradwatch_v1_Goodbye__Output>
      Hello: MessageTypeDefinition<_gradwatch_v1_Hello, _gradwatch_v1_Hello__Output>
      LatencyHistogram: MessageTypeDefinition<_gradwatch_v1_LatencyHistogram, _gradwatch_v1_LatencyHistogram__Output>
      Layer: MessageTypeDefinition<_gradwatch_v1_Layer, _gradwatch_v1_Layer__Output>
      LayerReport: MessageTypeDefinition<_gradwatch_v1_LayerReport, _gradwatch_v1_LayerReport__Output>
      Limits: MessageTypeDefinition<_gradwatch_v1_Limits, _gradwatch_v1_Limits__Output>
      NormScope: EnumTypeDefinition
      Parallel: MessageTypeDefinition<_gradwatch_v1_Parallel, _gradwatch_v1_Parallel__Output>
      Phase: EnumTypeDefinition
      Refusal: MessageTypeDefinition<_gradwatch_v1_Refusal, _gradwatch_v1_Refusal__Output>
      Request: MessageTypeDefinition<_gradwatch_v1_Request, _gradwatch_v1_Request__Output>
      RequestKind: EnumTypeDefinition
      Role: EnumTypeDefinition
      ServingReport: MessageTypeDefinition<_gradwatch_v1_ServingReport, _gradwatch_v1_ServingReport__Output>
      SingleReport: MessageTypeDefinition<_gradwatch_v1_SingleReport, _gradwatch_v1_SingleReport__Output>
      SingleReportAnswer: MessageTypeDefinition<_gradwatch_v1_SingleReportAnswer, _gradwatch_v1_SingleReportAnswer__Output>
      Step: MessageTypeDefinition<_gradwatch_v1_Step, _gradwatch_v1_Step__Output>
      Telemetry: SubtypeConstructor<typeof grpc.Client, _gradwatch_v1_TelemetryClient> & { service: _gradwatch_v1_TelemetryDefinition }
      TensorReport: MessageTypeDefinition<_gradwatch_v1_TensorReport, _gradwatch_v1_TensorReport__Output>
      ThresholdFailure: MessageTypeDefinition<_gradwatch_v1_ThresholdFailure, _gradwatch_v1_ThresholdFailure__Output>
      Welcome: MessageTypeDefinition<_gradwatch_v1_Welcome, _gradwatch_v1_Welcome__Output>
      WorkerMessage: MessageTypeDefinition<_gradwatch_v1_WorkerMessage, _gradwatch_v1_WorkerMessage__Output>
    }
  }
}

