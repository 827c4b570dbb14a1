import { describe, test, vi } from 'vitest';
import { plays } from './play.ts';
import { detailScenarios } from './scenarios.ts';
import { SimulatedNode } from './simulated-node.ts';

// As faults.test.ts, for the calls of gpu_detail: its failures leave the readings of the loop as they are.
// All at once: what they wait for is readings that become too old.
vi.setConfig({ maxConcurrency: detailScenarios.length });

describe.concurrent('/metrics of a node with details when', { timeout: 300_000 }, () => {
  test.for(detailScenarios)('$name', async (scenario, { expect }) => {
    const node = await SimulatedNode.start(scenario.flags, scenario.usual);
    try {
      await plays(node, scenario, expect);
    } finally {
      await node.stop();
    }
  });
});
