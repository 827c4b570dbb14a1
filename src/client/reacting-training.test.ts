import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { compileClient, type CompiledClient } from '../../test/support/compiled-client.ts';
import { explosion } from '../../test/support/finding-change.ts';
import { exporter, undo } from '../../test/support/ingest.ts';
import { Program } from '../../test/support/program.ts';

vi.setConfig({ testTimeout: 60_000 });
const patient = { timeout: 30_000, interval: 10 };

let client: CompiledClient;

beforeAll(() => {
  client = compileClient();
});

afterAll(() => {
  client.remove();
});

test('a training acts on a finding between two steps, answers a person, and says goodbye', async () => {
  const { address, ingest, runs, state } = await exporter();
  const file = join(client.folder, 'train.mjs');
  writeFileSync(
    file,
    `import { init, Reactions } from ${JSON.stringify(client.entry)};
     import { setTimeout as sleep } from 'node:timers/promises';
     let inStep = false, stopping = false;
     const note = (what) => console.log(what, inStep ? 'within a step' : 'between two steps');
     const run = init({
       run: 'digits',
       onFinding: new Reactions(
         { gradient_explosion: ['checkpoint', 'stop'] },
         { checkpoint: async () => { note('saved'); }, stop: () => { note('stopped'); stopping = true; } },
       ),
       onRequest: { checkpoint: () => { throw new Error('one is being written'); } },
       warn: () => {},
     });
     for (let step = 0; !stopping; step += 1) {
       inStep = true;
       await sleep(10);
       inStep = false;
       run.log({ step, loss: 1 });
     }
     console.log(await run.finish());`,
  );
  const training = new Program('training', process.execPath, [file], {
    env: { PATH: process.env['PATH'], GRADWATCH_ADDRESS: address },
  });
  undo(() => training.stop(0));
  await vi.waitFor(() => {
    expect(runs.find('digits', 0)?.newest?.step).toBeGreaterThan(0);
  }, patient);
  const answers = async (kind: 'checkpoint' | 'stop') => (await ingest.request('digits', 0, { kind }))[0];
  expect(await answers('checkpoint')).toMatchObject({ result: 'refused', message: 'one is being written' });
  expect(await answers('stop')).toMatchObject({ result: 'unsupported' });
  ingest.finding(explosion);
  expect(await training.exited()).toBe(0);
  expect(training.output).toBe('saved between two steps\nstopped between two steps\ntrue\n');
  expect(state()).toBe('finished');
});
