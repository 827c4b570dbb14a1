import { expect, it } from 'vitest';
import { CollectorError, type CollectorContext } from '../collect/index.ts';
import { gauge } from '../series/index.ts';
import { firstReading } from './first-reading.ts';

const answer = gauge('gradwatch_node_answer', { help: 'What the source answers' });
const surroundings = { now: () => 0, procRoot: '/proc', sysRoot: '/sys', rootfs: '/' } as unknown as Omit<
  CollectorContext,
  'table' | 'logger'
>;

/** A collector whose source answers at the third reading. */
function late(reason: string) {
  let readings = 0;
  const create = ({ table }: CollectorContext) => ({
    intervalSeconds: 1,
    budgetSeconds: 60,
    collect: () => {
      readings += 1;
      if (readings < 3) throw new CollectorError(reason, `not yet, at reading ${readings}`);
      table.group([], { answer }).row({}).set('answer', 42);
      return Promise.resolve();
    },
    expire: () => undefined,
  });
  return { name: 'late', enabled: true, metrics: [answer], create };
}

it('waits for a source that is slow', async () => {
  expect(await firstReading(late('slow'), surroundings)).toMatchObject({ outcome: 'works', says: 'reads 1 series' });
});

const deviceMetrics = {
  seen: gauge('gradwatch_gpu_devices_seen', { help: 'GPUs that are there' }),
  expected: gauge('gradwatch_gpu_devices_expected', { help: 'GPUs that should be' }),
};

it('says how many GPUs are missing of those that are expected', async () => {
  const create = ({ table }: CollectorContext) => ({
    intervalSeconds: 1,
    budgetSeconds: 60,
    collect: () => {
      const devices = table.group([], deviceMetrics).row({});
      devices.set('seen', 1);
      devices.set('expected', 3);
      return Promise.resolve();
    },
    expire: () => undefined,
  });
  const collector = { name: 'gpu', enabled: true, metrics: Object.values(deviceMetrics), create };
  const { notes } = await firstReading(collector, surroundings);
  expect(notes).toContain('GPUs that are expected: 3; there and not lost: 1');
});

it('takes a failure for an answer', async () => {
  expect(await firstReading(late('unreadable'), surroundings)).toMatchObject({
    outcome: 'failing',
    says: 'unreadable: not yet, at reading 1',
  });
});
