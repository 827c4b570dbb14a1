// npm run bench:learn [-- --json]: what the learnt models find in the telemetry of GPUs, and what one vector costs, beside the mean and
// standard deviation of each signal by itself.
import { modelNames, Standardizer, VectorJudge, type ModelName } from '../src/learn/index.ts';
import { meanOf, rate, share } from './detect/intervals.ts';
import { averagePrecision } from './learn/area.ts';
import { detectorRule } from './learn/detector-rule.ts';
import { signals, telemetry } from './learn/telemetry.ts';
import { print, row, rounds } from './report.ts';

const cards = 30;
const length = 2000;
/** Vectors at the start that no score counts for: nothing has learnt yet. */
const warmup = 600;
const budgetMicroseconds = 1000;
const names = [...modelNames, 'median of the three'] as const;

const areas = new Map<string, number[]>([...names, 'mean and sigma'].map((name) => [name, []]));
const costs: number[] = [];
let [found, falseAlarms] = [0, 0];

for (let seed = 1; seed <= cards; seed += 1) {
  const { vectors, wrong } = telemetry(seed, length);
  const judge = new VectorJudge(signals.length, seed, 240);
  const before = process.cpuUsage();
  const judgements = vectors.map((vector) => judge.judge(vector));
  const { user, system } = process.cpuUsage(before);
  costs.push((user + system) / length);

  const late = wrong.subarray(warmup);
  const ratioOf = (name: ModelName) => judgements.slice(warmup).map((judgement) => judgement?.ratios.get(name) ?? 0);
  const byModel = modelNames.map(ratioOf);
  for (const [at, name] of modelNames.entries()) areas.get(name)?.push(averagePrecision(byModel[at] ?? [], late));
  const medians = [...late.keys()].map(
    (at) => byModel.map((ratios) => ratios[at] ?? 0).toSorted((a, b) => a - b)[1] ?? 0,
  );
  areas.get('median of the three')?.push(averagePrecision(medians, late));
  areas.get('mean and sigma')?.push(averagePrecision(largestDeviation(vectors).slice(warmup), late));

  const told = detectorRule({ vectors, wrong });
  if (told.found) found += 1;
  falseAlarms += told.falseAlarms;
}

const foundShare = share(found, cards);
const falseRate = rate(falseAlarms, cards * length, 1000);
const baseline = meanOf(areas.get('mean and sigma') ?? []).value;
const peer = ['mean and sigma', baseline] as const;
print('learn', [
  ...names.map((name) => {
    const { value, text } = meanOf(areas.get(name) ?? []);
    return row(`${name}: average precision`, value, `(${text})`, 'higher', null, peer);
  }),
  row('gpu_telemetry: faults found', foundShare.value, `(${foundShare.text})`, 'higher'),
  row('gpu_telemetry: false alarms per 1,000 vectors', falseRate.value, `(${falseRate.text})`, 'lower'),
  row('three models, one vector', rounds(costs), 'µs of CPU', 'lower', budgetMicroseconds),
]);

/** Of each vector, the largest deviation of a signal from its mean in standard deviations. */
function largestDeviation(vectors: readonly Float64Array[]): number[] {
  const standardizer = new Standardizer(signals.length);
  const into = new Float64Array(signals.length);
  return vectors.map((vector) => {
    standardizer.standardize(vector, into);
    standardizer.learn(vector);
    return Math.max(...into.map(Math.abs));
  });
}
