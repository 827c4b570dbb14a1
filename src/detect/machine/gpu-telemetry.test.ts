import { expect, it } from 'vitest';
import { cards, MachineFeed } from '../../../test/support/machine.ts';
import { Random } from '../../learn/random.ts';
import { gpuTelemetry } from './gpu-telemetry.ts';

const warm = 4 * 3600;

/** A card whose power, temperature and clock follow its work, with a little noise; `broken`: it draws little although it is busy. */
function working(broken: (second: number) => boolean) {
  const random = new Random(3);
  return (second: number) => {
    const work = 0.7 + 0.2 * Math.sin(second / 200);
    const noise = () => 1 + 0.01 * random.normal();
    return cards(1, {
      gradwatch_gpu_utilization_ratio: work * noise(),
      gradwatch_gpu_memory_utilization_ratio: 0.6 * work * noise(),
      gradwatch_gpu_memory_used_bytes: 6e10 * noise(),
      gradwatch_gpu_power_watts: (broken(second) ? 250 : 150 + 500 * work) * noise(),
      gradwatch_gpu_temperature_celsius: 30 + 40 * work * noise(),
      gradwatch_gpu_sm_clock_hertz: 1.98e9 - 1e8 * work * noise(),
    });
  };
}

it('informs when signals no longer go together, names the one that left the others, and recovers', () => {
  const feed = new MachineFeed(gpuTelemetry);
  const during = (second: number) => second >= warm && second < warm + 1200;
  const news = feed.pass(warm + 3600, working(during));
  expect(news.map((text) => text.replace(/ \d+$/, ''))).toEqual(['GPU-0 info', 'GPU-0 recovered']);
  const again = new MachineFeed(gpuTelemetry);
  again.pass(
    warm,
    working(() => false),
  );
  const broken = working(() => true);
  const causes = Array.from({ length: 60 }, (_, at) => again.look(broken(warm + 5 * at))).flat();
  expect(causes.at(-1)).toMatchObject({
    cause: expect.stringMatching(/together as in this run before: power \(/) as string,
  });
});

it('is silent of what is over within two minutes', () => {
  const during = (second: number) => second >= warm && second < warm + 75;
  expect(new MachineFeed(gpuTelemetry).pass(warm + 1200, working(during))).toEqual([]);
});

it('is silent while all goes on as before, and where nothing trains on the card', () => {
  const healthy = working(() => false);
  expect(new MachineFeed(gpuTelemetry).pass(6 * 3600, healthy)).toEqual([]);
  const idle = (second: number) => working((at) => at > warm)(second).map((card) => ({ ...card, rank: null }));
  expect(new MachineFeed(gpuTelemetry).pass(warm + 3600, idle)).toEqual([]);
});
