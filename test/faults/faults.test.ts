import { afterAll, beforeAll, describe, expect, test, type ExpectStatic } from 'vitest';
import { difference, settled } from './exposition.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import { SimulatedNode } from './simulated-node.ts';
import { well } from './well.ts';

// What /metrics says before, during and after each fault of nvidia-smi and its cards: the whole exporter on the stand-in. The golden
// differences are compared; after a change that is meant, `npx vitest run --project unit test/faults -u` writes them again.

const reading = 'gradwatch_gpu_source_state{collector="gpu",state="ok"} 1';
const isPowered = (sample: string): boolean => /^gradwatch_gpu_power_watts{.*gpu="0"}/.test(sample);
const isWell = (samples: readonly string[]): boolean =>
  samples.includes(reading) &&
  samples.filter((sample) => /^gradwatch_gpu_state{.*state="ok"} 1$/.test(sample)).length >= 2;

async function plays(node: SimulatedNode, scenario: Scenario, expect: ExpectStatic): Promise<void> {
  const { name, happen, mend, signal, reason, seen, back } = scenario;
  const before = await settled(node, isWell);
  expect(await node.hello()).toBe('simulated');

  happen(node);
  const source = `gradwatch_gpu_source_state{collector="gpu",state="${signal}"} 1`;
  const success = `gradwatch_exporter_collector_success{collector="gpu"} ${reason === undefined ? 1 : 0}`;
  const during = await settled(node, (samples) => {
    const told = samples.includes(source) && samples.includes(success) && samples.some((sample) => seen.test(sample));
    // What cannot be read any more is not shown for long.
    return told && (reason === undefined || !samples.some(isPowered));
  });
  expect(await node.hello()).toBe('simulated');

  mend?.(node);
  node.standIn.play(well);
  const isBack = (samples: readonly string[]): boolean =>
    back === undefined || samples.some((sample) => back.test(sample));
  const after = await settled(node, (samples) => isWell(samples) && isBack(samples));
  expect(await node.hello()).toBe('simulated');

  const golden = [
    ...difference('during, against before', before, during),
    ...difference('after, against before', before, after),
  ];
  await expect(`${golden.join('\n')}\n`).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.diff`);
}

describe('/metrics of a node when', () => {
  let node: SimulatedNode;

  beforeAll(async () => {
    node = await SimulatedNode.start();
  });

  afterAll(() => node.stop());

  test.each(scenarios.filter(({ flags }) => flags === undefined))('$name', async (scenario) => {
    await plays(node, scenario, expect);
  });
});

describe.concurrent('/metrics of a node of its own when', () => {
  test.for(scenarios.filter(({ flags }) => flags !== undefined))('$name', async (scenario, { expect }) => {
    const node = await SimulatedNode.start(scenario.flags);
    try {
      await plays(node, scenario, expect);
    } finally {
      await node.stop();
    }
  });
});

test('hung, failing, slow, absent and no GPU are five signals', () => {
  const signals = new Set(scenarios.map(({ signal }) => signal));
  expect([...signals].sort()).toEqual(['absent', 'failing', 'hung', 'no_gpu', 'ok', 'slow']);
});
