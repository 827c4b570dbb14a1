import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './generated/health.ts';
import { protoRoot } from './proto-root.ts';

/** What its proto file says. */
export const healthDefinition = loadSync('grpc/health/v1/health.proto', {
  keepCase: true,
  enums: String,
  defaults: true,
  includeDirs: [protoRoot],
});

/** Package `grpc.health.v1`. */
export const health = (loadPackageDefinition(healthDefinition) as unknown as ProtoGrpcType).grpc.health.v1;
