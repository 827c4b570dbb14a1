import { duration, number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { span } from '../figure.ts';
import { ClockEventTime, clockEventReads, clocks, throttling } from './clock-events.ts';
import { cardDetector } from './machine-detector.ts';
import { Spell } from './spell.ts';

type Reason = (typeof throttling)[number];

const causes: Readonly<Record<Reason, string>> = {
  hw_thermal_slowdown: 'its temperature, by hardware',
  hw_power_brake_slowdown: 'the power brake of the machine',
  sw_thermal_slowdown: 'its temperature, by the driver',
  hw_slowdown: 'hardware that does not say why',
};

const advice: Readonly<Record<Reason, string>> = {
  hw_thermal_slowdown: 'Look at the cooling of this card: air flow, dust, fans, its seat, the temperature of the room.',
  hw_power_brake_slowdown:
    'Look at the power supplies of the machine and of the rack: the board asks the card to draw less.',
  sw_thermal_slowdown: 'Look at the cooling of this card: air flow, dust, fans, its seat, the temperature of the room.',
  hw_slowdown: 'Look at temperature and power of the card, and at the power cables.',
};

/**
 * The clocks of a GPU are held down by heat, or by the power brake: NVML's `nvmlClocksEventReasons`. It goes by the seconds that the
 * driver counts, and by the flags where it counts none.
 */
export const gpuThrottled = cardDetector({
  kind: 'gpu_throttled',
  meaning: 'heat or the power brake holds the clocks of a GPU down',
  explains: [
    'gpu_throttled',
    'gpu_hot',
    'gpu_slow_clock',
    'gpu_outlier',
    'straggler',
    'slow_down',
    'throughput_regression',
    'step_outlier',
    'bottleneck',
  ],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads: clockEventReads,
  options: detectorOptions({
    window: duration({ default: '1m', min: '5s', max: '1h', help: 'Time of which throttling must take a share' }),
    share: number({ default: 0.25, min: 0.01, max: 1, help: 'That share' }),
    calm: duration({ default: '1m', min: '0s', max: '1d', help: 'How long it must be over before it is recovered' }),
  }),
  start: ({ window }) => ({ held: new ClockEventTime(throttling, window), spell: new Spell() }),
  observe({ held, spell }, card, { window, share, calm }, { time }) {
    if (!held.push(time, card)) return quiet;
    const reached = throttling.find((each) => held.seconds(each) >= share * window);
    return spell.judge(time, reached !== undefined, { after: 0, calm }, (seconds) => {
      const why = reasonBehind(reached ?? 'hw_slowdown', held);
      const long = held.seconds(reached ?? why);
      return {
        severity: 'warning',
        score: long / window,
        threshold: share,
        cause: `${card.name} is throttled by ${causes[why]} (${why}): ${span(long)} of the last ${span(window)}, since ${span(Math.max(seconds + share * window, long))}${clocks(card)}.`,
        advice: advice[why],
      };
    });
  },
});

/**
 * `hw_slowdown` has a flag alone, which stands for all the time between two looks, and is ahead of the counters of the reasons that it comes
 * with: where one of those was active at all, it is the reason.
 */
function reasonBehind(reached: Reason, held: ClockEventTime): Reason {
  return reached === 'hw_slowdown' ? (throttling.find((each) => held.seconds(each) > 0) ?? reached) : reached;
}
