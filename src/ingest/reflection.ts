import type { Server } from '@grpc/grpc-js';
import { definitions } from '../protocol/index.ts';

/**
 * The standard reflection service, by which tools such as grpcurl learn what this server speaks:
 * https://github.com/grpc/grpc/blob/master/doc/server-reflection.md. It asks for no token: it tells what the proto files tell.
 */
export async function addReflection(server: Server): Promise<void> {
  // Loaded only where it is switched on: it is some megabytes of memory.
  const { ReflectionService } = await import('@grpc/reflection');
  new ReflectionService(definitions).addToServer(server);
}
