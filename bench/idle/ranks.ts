// Eight ranks that report 10 steps a second each, in one message a second as the clients send them: ranks.ts ADDRESS
import { credentials } from '@grpc/grpc-js';
import { protocol } from '../../src/protocol/index.ts';
import { fullStep } from '../ingest/messages.ts';

const ranks = 8;
const stepsPerSecond = 10;
const address = process.argv[2] ?? '';

for (let rank = 0; rank < ranks; rank += 1) {
  const client = new protocol.Telemetry(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const call = client.Report();
  call.on('data', () => undefined);
  call.write({ hello: { run: 'bench', rank, world_size: ranks, session: `session-of-rank-${rank}` } });
  let sequence = 0;
  setInterval(() => {
    const first = sequence * stepsPerSecond;
    sequence += 1;
    // A loss that falls: what is measured is the usual day, on which nothing is found.
    const steps = Array.from({ length: stepsPerSecond }, (_, at) => ({
      ...fullStep(first + at),
      loss: 2 + 3 / (1 + (first + at) / 100) + ((first + at) % 7) / 100,
      gradient_norm: 1 + ((first + at) % 5) / 100,
    }));
    call.write({ batch: { sequence, steps } });
  }, 1000);
}
