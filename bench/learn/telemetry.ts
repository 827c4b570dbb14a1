import { Random } from '../../src/learn/random.ts';

/** What a GPU at work tells of itself every 15 seconds, made up: signals follow the phases of a training job, each in its own way. */
export const signals = [
  'utilisation',
  'memory busy',
  'memory used',
  'power',
  'temperature',
  'SM clock',
  'PCIe in',
  'PCIe out',
] as const;

export interface Telemetry {
  readonly vectors: readonly Float64Array[];
  /** 1 where something is wrong. */
  readonly wrong: Uint8Array;
}

type Fault = (values: Record<(typeof signals)[number], number>, age: number) => void;

/** What breaks how the signals go together; each is mild enough to stay within the range of its signals for most of the time. */
const faults: readonly Fault[] = [
  // A thermal slow-down: hot, the clock goes down, so does the power; the work is the same.
  (values, age) => {
    values.temperature += Math.min(14, age * 2);
    values['SM clock'] *= 0.82;
    values.power *= 0.88;
  },
  // A stalled collective: a kernel spins, the card looks busy and draws little.
  (values) => {
    values.utilisation = 1;
    values['memory busy'] = 0.02;
    values.power = 0.35 * values.power + 60;
  },
  // A fan that has stopped: the temperature leaves the power.
  (values, age) => {
    values.temperature += Math.min(12, age);
  },
  // A link at half its width: input comes slower, the card waits for it.
  (values) => {
    values['PCIe in'] *= 0.5;
    values.utilisation *= 0.93;
  },
  // A sensor that is stuck at a usual value.
  (values) => {
    values.power = 420;
  },
];

/** @param length vectors; the first half is always in order */
export function telemetry(seed: number, length: number): Telemetry {
  const random = new Random(seed);
  const wrong = new Uint8Array(length);
  const vectors: Float64Array[] = [];
  const jobPeriod = 40 + random.integer(80);
  const size = 0.7 + 0.3 * random.uniform();
  const fault = faults[random.integer(faults.length)];
  const from = Math.floor(length * (0.55 + 0.3 * random.uniform()));
  const until = from + 10 + random.integer(30);
  let heat = 40;
  for (let time = 0; time < length; time += 1) {
    // A checkpoint or an evaluation now and then: little work for some beats.
    const phase = time % jobPeriod;
    const work = phase < 2 ? 0.25 + 0.1 * random.uniform() : size * (1 + 0.03 * random.normal());
    const power = 90 + 560 * work + 12 * random.normal();
    heat += 0.25 * (30 + power / 16 - heat);
    const values = {
      utilisation: Math.min(1, 0.3 + 0.75 * work + 0.01 * random.normal()),
      'memory busy': Math.max(0, 0.65 * work + 0.03 * random.normal()),
      'memory used': 6e10 * size + 1e8 * random.normal() + (phase < 2 ? 2e9 : 0),
      power,
      temperature: heat + 0.5 * random.normal(),
      'SM clock': 1.98e9 - 1.2e8 * Math.max(0, work - 0.8) + 4e6 * random.normal(),
      'PCIe in': 2e9 * work + 8e7 * random.normal(),
      'PCIe out': (phase < 2 ? 6e9 : 3e8) + 5e7 * random.normal(),
    };
    if (time >= from && time < until) {
      fault?.(values, time - from);
      wrong[time] = 1;
    }
    vectors.push(Float64Array.from(signals, (signal) => values[signal]));
  }
  return { vectors, wrong };
}
