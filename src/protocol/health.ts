import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './generated/health.ts';
import { protoRoot } from './proto-root.ts';

const definition = loadSync('grpc/health/v1/health.proto', {
  keepCase: true,
  enums: String,
  defaults: true,
  includeDirs: [protoRoot],
});

/** Package `grpc.health.v1`. */
export const health = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).grpc.health.v1;
