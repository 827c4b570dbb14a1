import type { ExpectStatic } from 'vitest';
import { difference, settled } from './exposition.ts';
import { found } from './found.ts';
import type { Scenario, Signal } from './scenarios.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { well } from './well.ts';

/** What each of the collectors reads of every card. */
const reads = { gpu: /^gradwatch_gpu_state{.*gpu="0"/, gpu_detail: /^gradwatch_gpu_pcie_replays_total{/ } as const;
const isPowered = /^gradwatch_gpu_power_watts{.*gpu="0"}/;

/** How asking goes, as a scrape has it. @throws Error unless it goes in one way */
function signalOf(samples: readonly string[], collector: string): string {
  const state = new RegExp(`^gradwatch_gpu_source_state{collector="${collector}",state="(\\w+)"} 1$`);
  const states = samples.flatMap((sample) => state.exec(sample)?.[1] ?? []);
  if (states.length !== 1) throw new Error(`asking by ${collector} goes in ${states.length} ways: ${states.join()}`);
  return states.join();
}

/**
 * Plays a scenario on a running exporter and compares what /metrics said before, during and after.
 * @returns how asking went while it lasted, as it was scraped
 */
export async function plays(node: SimulatedNode, scenario: Scenario, expect: ExpectStatic): Promise<string> {
  const { name, collector = 'gpu', usual = {}, happen, mend, signal, reason, seen, back, whole, over } = scenario;
  const gone = scenario.gone ?? (reason === undefined ? null : isPowered);
  const has = (samples: readonly string[], what: RegExp | null | undefined): boolean =>
    samples.some((sample) => what?.test(sample));
  const source = (of: string, state: Signal): string =>
    `gradwatch_gpu_source_state{collector="${of}",state="${state}"} 1`;
  const isWell = (samples: readonly string[]): boolean =>
    samples.includes(source('gpu', 'ok')) &&
    samples.includes(source(collector, 'ok')) &&
    samples.filter((sample) => /^gradwatch_gpu_state{.*state="ok"} 1$/.test(sample)).length >= 2;

  const before = await settled(
    node,
    (samples) =>
      isWell(samples) &&
      found(samples).length === 0 &&
      [gone, whole ?? null].every((what) => what === null || has(samples, what)),
  );
  expect(await node.hello()).toBe('simulated');

  const kinds = Object.entries(scenario.found ?? {})
    .map(([kind, severity]) => `${kind} ${severity}`)
    .toSorted();
  await happen(node);
  const success = `gradwatch_exporter_collector_success{collector="${collector}"} ${reason === undefined ? 1 : 0}`;
  const during = await settled(node, (samples) => {
    const told = samples.includes(source(collector, signal)) && samples.includes(success) && has(samples, seen);
    // What cannot be read any more is not shown for long.
    // Where readings succeed, one that is merely late has not made them too old.
    const isRead = reason !== undefined || has(samples, reads[collector]);
    return told && isRead && !has(samples, gone) && kinds.every((kind) => found(samples).includes(kind));
  });
  expect(found(during)).toEqual(kinds);
  expect(await node.hello()).toBe('simulated');

  mend?.(node);
  node.standIn.play({ ...well, ...usual });
  const after = await settled(
    node,
    (samples) =>
      isWell(samples) &&
      found(samples).length === 0 &&
      (back === undefined || has(samples, back)) &&
      !has(samples, over),
  );
  expect(await node.hello()).toBe('simulated');

  const golden = [
    ...difference('during, against before', before, during),
    ...difference('after, against before', before, after),
  ];
  await expect(`${golden.join('\n')}\n`).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.diff`);
  return signalOf(during, collector);
}
