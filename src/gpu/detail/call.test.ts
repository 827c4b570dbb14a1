import { expect, test } from 'vitest';
import { SourceAbsent } from '../../collect/index.ts';
import { real } from '../nvidia-smi.ts';
import { ProcessGate, ProcessGroup } from '../../programs/index.ts';
import { Errand, mostBytes } from './call.ts';

const ourGroup = (leader: number) => new ProcessGroup(leader, '/proc', real.kill);
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('an errand that ends in whatever way leaves no timer that would hold up the end of the exporter', async () => {
  const gate = new ProcessGate(
    () => {
      throw new Error('nothing is called here');
    },
    'nvidia-smi',
    1,
    ourGroup,
  );
  const before = timers();
  const { signal } = new AbortController();
  await new Errand(gate, 1, () => Promise.resolve()).result(60, signal);
  const absent = new Errand(gate, 1, () => Promise.reject(new SourceAbsent('not_on_this_machine', 'no GPU')));
  await expect(absent.result(60, signal)).rejects.toThrow('no GPU');
  expect(timers()).toBe(before);
});

test('a call that prints without end is ended as soon as it printed too much', async () => {
  const gate = new ProcessGate(() => real.spawn('yes', ['abcdefghij']), 'yes', 1, ourGroup);
  let heard = 0;
  const errand = new Errand(gate, 60, async (self) => {
    await self.call(['-q', '-x'], (text) => (heard += text.length));
  });
  await expect(errand.result(60, new AbortController().signal)).rejects.toMatchObject({
    reason: 'unreadable',
    message: 'nvidia-smi -q -x printed more than 67108864 bytes and was ended; run it by hand',
  });
  expect(heard).toBeLessThanOrEqual(mostBytes);
});
