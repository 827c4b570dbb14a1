import { describe, test, vi } from 'vitest';
import { hardwareScenarios } from './hardware-scenarios.ts';
import { plays } from './play.ts';
import { SimulatedNode } from './simulated-node.ts';

// As faults.test.ts, for hardware that is not well while nvidia-smi answers.
// They wait for beats of the detectors most of the time.
vi.setConfig({ maxConcurrency: 6 });

describe.concurrent('/metrics of a node of its own when', { timeout: 300_000 }, () => {
  test.for(hardwareScenarios)('$name', async (scenario, { expect }) => {
    const node = await SimulatedNode.start(scenario.flags, scenario.usual);
    try {
      await plays(node, scenario, expect);
    } finally {
      await node.stop();
    }
  });
});
