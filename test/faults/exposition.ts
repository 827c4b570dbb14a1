import { eventually } from '../support/program.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Families that tell of GPUs and of those who read them. */
const told = /^gradwatch_(gpu|nvswitch|exporter_collector_(success|absent|failures))/;
/** How often something failed depends on how long the test looked; so does a time. */
const counts =
  /^(gradwatch_exporter_collector_failures_total|gradwatch_gpu_(dropped_values|unreadable_rows)_total)(\S*) [1-9]\d*$/;
const times = /^(\S*_timestamp_seconds\S*) [^ ]+$/;

/** The samples that matter, without what depends on the pace of the test. */
export function comparable(samples: readonly string[]): readonly string[] {
  return samples
    .filter((sample) => told.test(sample) && !/reason="(slow|hung|failed)"/.test(sample))
    .map((sample) => sample.replace(counts, '$1$3 more than 0').replace(times, '$1 a time'));
}

/**
 * The samples of a scrape of which `condition` holds, once the next scrape says the same.
 * @throws Error when that does not come to pass
 */
export async function settled(
  node: SimulatedNode,
  condition: (samples: readonly string[]) => boolean,
): Promise<readonly string[]> {
  let last = '';
  return eventually(
    'scrapes that say so, and say the same',
    async () => {
      const samples = await node.scrape();
      const [previous, now] = [last, comparable(samples).join('\n')];
      last = now;
      if (!condition(samples)) throw new Error(`\n${states(samples)}`);
      return previous === now ? samples : undefined;
    },
    // Longer than a beat of the loop, so that two that say the same are not of one.
    { timeoutSeconds: 90, everySeconds: 0.75 },
  );
}

/** What went and what came, one sample a line. */
export function difference(title: string, before: readonly string[], then: readonly string[]): string[] {
  const [old, present] = [comparable(before), comparable(then)];
  return [
    `# ${title}`,
    ...old.filter((sample) => !present.includes(sample)).map((sample) => `- ${sample}`),
    ...present.filter((sample) => !old.includes(sample)).map((sample) => `+ ${sample}`),
  ];
}

/** What a person looks at first where a condition does not come to hold. */
function states(samples: readonly string[]): string {
  return samples
    .filter((sample) => /_state{.* 1$|^gradwatch_exporter_collector_(success|failures_total)/.test(sample))
    .join('\n');
}
