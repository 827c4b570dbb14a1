import { expect, it } from 'vitest';
import { cards, MachineFeed } from '../../../test/support/machine.ts';
import { gpuThrottled } from './gpu-throttled.ts';

const active = (reason: string) => `gradwatch_gpu_clock_event_active{reason="${reason}"}`;
const seconds = (reason: string) => `gradwatch_gpu_clock_event_seconds_total{reason="${reason}"}`;
const heat = 'hw_thermal_slowdown';

it('names the card, the reason, the time and the clock, after a quarter of a minute, and recovers after a minute of calm', () => {
  const feed = new MachineFeed(gpuThrottled);
  const during = (second: number) => second >= 60 && second < 120;
  const node = (second: number) =>
    cards(
      2,
      { [active(heat)]: 0, [active('hw_slowdown')]: 0 },
      {
        1: {
          readings: {
            [active(heat)]: during(second) ? 1 : 0,
            [active('hw_slowdown')]: during(second) ? 1 : 0,
            gradwatch_gpu_sm_clock_hertz: 1.188e9,
            gradwatch_gpu_max_sm_clock_hertz: 1.98e9,
          },
        },
      },
    );
  expect(feed.pass(400, node)).toEqual(['GPU-1 warning 70', 'GPU-1 recovered 225']);
  feed.pass(20, () => node(61));
  const [said] = feed.look(node(61)).slice(-1);
  expect(said).toMatchObject({
    about: 'GPU-1',
    cause:
      'GPU 1 is throttled by its temperature, by hardware (hw_thermal_slowdown): 25 s of the last 60 s, since 25 s; its SM clock is 1190 of 1980 MHz.',
  });
});

it('goes by the seconds that the driver counts, which see more than a look now and then', () => {
  const feed = new MachineFeed(gpuThrottled);
  const counted = (second: number) => cards(1, { [active(heat)]: 0, [seconds(heat)]: 100 + 0.5 * second });
  expect(feed.pass(60, counted)).toEqual(['GPU-0 warning 30']);
});

it('names the reason that comes with a flag of the hardware, though its counter is behind the flag', () => {
  const feed = new MachineFeed(gpuThrottled, { window: '10s' });
  const brake = 'hw_power_brake_slowdown';
  const look = (second: number) =>
    cards(1, { [active('hw_slowdown')]: 1, [active(brake)]: 1, [seconds(brake)]: 0.2 * second });
  const said = [0, 5].flatMap((second) => feed.look(look(second)));
  expect(said).toMatchObject([{ cause: expect.stringContaining('by the power brake of the machine') as string }]);
  const bare = new MachineFeed(gpuThrottled, { window: '10s' });
  bare.look(cards(1, { [active('hw_slowdown')]: 1, [seconds(brake)]: 7 }));
  expect(bare.look(cards(1, { [active('hw_slowdown')]: 1, [seconds(brake)]: 7 }))).toMatchObject([
    { cause: expect.stringContaining('by hardware that does not say why') as string },
  ]);
});

it.each([
  ['the power cap', 'sw_power_cap', 1],
  ['an idle card', 'gpu_idle', 1],
  ['no reason', heat, 0],
])('says nothing of %s', (_, reason, value) => {
  expect(new MachineFeed(gpuThrottled).pass(600, () => cards(1, { [active(reason)]: value }))).toEqual([]);
});

it('says nothing of a card that does not tell, nor of one that tells for the first time what was before', () => {
  expect(new MachineFeed(gpuThrottled).pass(300, () => cards(1, {}))).toEqual([]);
  expect(new MachineFeed(gpuThrottled).pass(300, () => cards(1, { [seconds(heat)]: 9000 }))).toEqual([]);
});
