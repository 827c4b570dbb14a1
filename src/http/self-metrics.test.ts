import { describe, expect, it, vi } from 'vitest';
import { expose, labelBlock, SeriesTable } from '../series/index.ts';
import { LoopLag } from './loop-lag.ts';
import { SelfMetrics, selfMetrics } from './self-metrics.ts';

const make = () => new SelfMetrics({ version: '1.2.3', now: () => Date.now() / 1000, lostLogLines: () => 0 });

async function read(self: SelfMetrics): Promise<ReadonlyMap<string, number>> {
  const families = await self.families();
  return new Map(
    families.flatMap(({ samples }) => samples.map(({ name, labels, value }) => [`${name}{${labels}}`, value] as const)),
  );
}

describe('SelfMetrics', () => {
  it('holds exactly the declared families, with their types and help', async () => {
    const families = await make().families();
    const facts = (of: readonly { name: string; type: string; help: string }[]) =>
      of.map(({ name, type, help }) => ({ name, type, help })).sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(facts(families)).toEqual(facts(Object.values(selfMetrics)));
  });

  it('tells the version, and what the process used', async () => {
    const self = make();
    const before = await read(self);
    const block = labelBlock([
      ['version', '1.2.3'],
      ['node_version', process.version],
    ]);
    expect(before.get(`gradwatch_exporter_build_info{${block}}`)).toBe(1);
    expect(before.get('gradwatch_exporter_process_resident_memory_bytes{}')).toBeGreaterThan(10e6);
    expect(before.get('gradwatch_exporter_start_timestamp_seconds{}')).toBeCloseTo(
      Date.now() / 1000 - process.uptime(),
      0,
    );
    const { user: spent } = process.cpuUsage();
    while (process.cpuUsage().user < spent + 5000);
    const after = await read(self);
    const user = 'gradwatch_exporter_process_cpu_seconds_total{mode="user"}';
    expect(after.get(user)! - before.get(user)!).toBeGreaterThan(0.001);
  });

  it('counts scrapes from zero', async () => {
    const self = make();
    expect((await read(self)).get('gradwatch_exporter_scrapes_total{}')).toBe(0);
    self.scraped();
    self.scraped();
    expect((await read(self)).get('gradwatch_exporter_scrapes_total{}')).toBe(2);
    expect((await read(self)).get('gradwatch_exporter_scrapes_total{}')).toBe(2);
  });

  it('has no lag before a window has passed', async () => {
    expect([...(await read(make())).keys()].filter((name) => name.includes('lag'))).toEqual([]);
  });

  it('is written in either format, again and again, with the same names', async () => {
    const families = await make().families();
    const write = (format: 'text' | 'openmetrics') => expose(format, new SeriesTable().snapshot(), families);
    expect(write('openmetrics')).toContain('# TYPE gradwatch_exporter_scrapes counter\n');
    expect(write('openmetrics')).toContain('# TYPE gradwatch_exporter_build info\n');
    expect(write('text')).toContain('# TYPE gradwatch_exporter_scrapes_total counter\n');
    expect(write('text')).toContain('\ngradwatch_exporter_scrapes_total 0\n');
  });
});

describe('LoopLag', () => {
  it('tells the longest delay of the last window only', async () => {
    const lag = new LoopLag(() => 30);
    lag.start();
    await sleep(450);
    burn(600);
    await sleep(300);
    lag.turn();
    expect(lag.maximum).toBeGreaterThan(0.3);
    // A busy machine may hold up the next windows too.
    await vi.waitFor(
      async () => {
        await sleep(450);
        lag.turn();
        expect(lag.maximum).toBeLessThan(0.3);
      },
      { timeout: 30_000 },
    );
    lag.stop();
  });
});

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
