import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './generated/telemetry.ts';
import { healthDefinition } from './health.ts';
import { protoRoot } from './proto-root.ts';
import { UnknownFields } from './unknown-fields.ts';

export { health } from './health.ts';
export type { HealthCheckRequest__Output as HealthCheckRequest } from './generated/grpc/health/v1/HealthCheckRequest.ts';
export type { HealthCheckResponse } from './generated/grpc/health/v1/HealthCheckResponse.ts';
export type { Acknowledgement } from './generated/gradwatch/v1/Acknowledgement.ts';
export type { Answer__Output as Answer } from './generated/gradwatch/v1/Answer.ts';
export type { Batch as BatchMessage, Batch__Output as Batch } from './generated/gradwatch/v1/Batch.ts';
export type { Ending__Output as Ending } from './generated/gradwatch/v1/Ending.ts';
export type { Evaluation__Output as Evaluation } from './generated/gradwatch/v1/Evaluation.ts';
export type { Event__Output as Event } from './generated/gradwatch/v1/Event.ts';
export type { ExporterMessage, ExporterMessage__Output } from './generated/gradwatch/v1/ExporterMessage.ts';
export type { Finding as FindingMessage, Finding__Output } from './generated/gradwatch/v1/Finding.ts';
export type { Goodbye__Output as Goodbye } from './generated/gradwatch/v1/Goodbye.ts';
export type { Hello as HelloMessage, Hello__Output as Hello } from './generated/gradwatch/v1/Hello.ts';
export type { LayerReport__Output as LayerReport } from './generated/gradwatch/v1/LayerReport.ts';
export type { Limits, Limits__Output } from './generated/gradwatch/v1/Limits.ts';
export type { Refusal } from './generated/gradwatch/v1/Refusal.ts';
export type { Request, Request__Output } from './generated/gradwatch/v1/Request.ts';
export type { RequestKind__Output as RequestKind } from './generated/gradwatch/v1/RequestKind.ts';
export type { ServingReport__Output as ServingReport } from './generated/gradwatch/v1/ServingReport.ts';
export type { SingleReport__Output as SingleReport } from './generated/gradwatch/v1/SingleReport.ts';
export type { SingleReportAnswer } from './generated/gradwatch/v1/SingleReportAnswer.ts';
export type { Step as StepMessage, Step__Output as Step } from './generated/gradwatch/v1/Step.ts';
export type { TensorReport__Output as TensorReport } from './generated/gradwatch/v1/TensorReport.ts';
export type { TelemetryClient } from './generated/gradwatch/v1/Telemetry.ts';
export type { TelemetryHandlers } from './generated/gradwatch/v1/Telemetry.ts';
export type { Welcome } from './generated/gradwatch/v1/Welcome.ts';
export type { WorkerMessage, WorkerMessage__Output } from './generated/gradwatch/v1/WorkerMessage.ts';

/** The minor version of the proto file: raised with every addition that a peer may want to know of. */
export const protocolMinor = 1;

/**
 * Field names as in the proto file; absent fields are absent (no defaults); 64-bit integers as numbers, which are exact up to
 * 2^53: beyond the step and nanosecond counts of a century only the last few hundred nanoseconds are rounded.
 */
const definition = loadSync('gradwatch/v1/telemetry.proto', {
  keepCase: true,
  longs: Number,
  enums: String,
  includeDirs: [protoRoot],
});

/** What the proto files say of all services of workers. */
export const definitions: PackageDefinition = { ...definition, ...healthDefinition };

/** What of a message only a newer version of the proto file knows. */
export const unknownFields = new UnknownFields(definition, 'gradwatch.v1.');

/** Package `gradwatch.v1`: the service's definition for a server, its client constructor, the message types. */
export const protocol = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).gradwatch.v1;
