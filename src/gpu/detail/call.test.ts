import { expect, test } from 'vitest';
import { SourceAbsent } from '../../collect/index.ts';
import { ProcessGate } from '../process-gate.ts';
import { Errand } from './call.ts';

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('an errand that ends in whatever way leaves no timer that would hold up the end of the exporter', async () => {
  const gate = new ProcessGate(
    () => {
      throw new Error('nothing is called here');
    },
    'nvidia-smi',
    1,
  );
  const before = timers();
  const { signal } = new AbortController();
  await new Errand(gate, 1, () => Promise.resolve()).result(60, signal);
  const absent = new Errand(gate, 1, () => Promise.reject(new SourceAbsent('not_on_this_machine', 'no GPU')));
  await expect(absent.result(60, signal)).rejects.toThrow('no GPU');
  expect(timers()).toBe(before);
});
