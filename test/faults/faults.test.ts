import { describe, expect, test, vi } from 'vitest';
import { plays } from './play.ts';
import { scenarios } from './scenarios.ts';
import { SimulatedNode } from './simulated-node.ts';

// What /metrics says before, during and after each fault of nvidia-smi and its cards: the whole exporter on the stand-in. The golden
// differences are compared; after a change that is meant, `npx vitest run --project programs test/faults -u` writes them again.

/** How asking went in each scenario, as it was scraped from the exporter that played it. */
const signals = new Map<string, string>();

// They wait for beats of the detectors most of the time, so that many run beside each other.
vi.setConfig({ maxConcurrency: 6 });

describe.concurrent('/metrics of a node of its own when', { timeout: 300_000 }, () => {
  test.for(scenarios)('$name', async (scenario, { expect }) => {
    const node = await SimulatedNode.start(scenario.flags, scenario.usual);
    try {
      signals.set(scenario.name, await plays(node, scenario, expect));
    } finally {
      await node.stop();
    }
  });
});

test('hung, failing, slow, absent and no GPU were five signals of exporters that ran', () => {
  const causes = [
    'nvidia-smi hangs',
    'nvidia-smi ends with an error',
    'nvidia-smi is slow',
    'nvidia-smi is not there',
    'there is no GPU',
  ];
  expect(causes.map((cause) => signals.get(cause))).toEqual(['hung', 'failing', 'slow', 'absent', 'no_gpu']);
});
