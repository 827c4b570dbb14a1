// npm run bench:detect -- --data DIR [--json | --markdown]: how well the detectors find what is labelled in recorded runs, beside other
// programs' rules at their defaults. DIR holds training/<corpus>/labels.json,
// series/<corpus>/labels.json, workers/labels.json and the files that they name.
import { existsSync } from 'node:fs';
import { ColdStartScore } from './detect/cold-start-score.ts';
import { EvaluationScore } from './detect/evaluation-score.ts';
import { GradientScore } from './detect/gradient-score.ts';
import { HealthyScore } from './detect/healthy-score.ts';
import { InjectedFaults } from './detect/injected-faults.ts';
import { LeakScore } from './detect/leak-score.ts';
import { LossSpikeScore } from './detect/loss-spike-score.ts';
import { madeEvaluationRows } from './detect/made-evaluations.ts';
import { madeGradientRows } from './detect/made-gradients.ts';
import { madeLeakRows } from './detect/made-leaks.ts';
import { madeLossRows } from './detect/made-losses.ts';
import { markdown } from './detect/markdown.ts';
import { madeShortRunRows } from './detect/made-short-runs.ts';
import { madeStepTimes } from './detect/made-step-times.ts';
import { madeUpStragglers } from './detect/made-up-stragglers.ts';
import { judgedRuns } from './detect/runs.ts';
import { NabScore } from './detect/nab-score.ts';
import { SamplingScore } from './detect/sampling-score.ts';
import { SeriesScore } from './detect/series-score.ts';
import { labelledSeries } from './detect/series.ts';
import { ThinnedScore } from './detect/thinned-score.ts';
import { workerScore } from './detect/worker-score.ts';
import { flagsOf } from './flags.ts';
import { print } from './report.ts';

const { data, markdown: asTables } = flagsOf({
  data: { type: 'string' },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
});
if (data === undefined || !existsSync(data)) {
  console.error(`--data: found ${data ?? 'nothing'}, expected a folder that holds training/<corpus>/labels.json`);
  process.exitCode = 2;
} else {
  // One file a score: each looks at every run and takes what concerns it.
  const scores = [
    new GradientScore(),
    new ColdStartScore(),
    new LossSpikeScore(),
    new EvaluationScore('overfitting', 'overfit', 0.95),
    new ThinnedScore(),
    new EvaluationScore('divergence', 'diverged', null),
    new HealthyScore(),
    new InjectedFaults(),
    new SamplingScore(),
  ];
  for await (const run of judgedRuns(data)) for (const score of scores) score.take(run);
  const leaks = new LeakScore();
  const nab = new NabScore();
  const anySeries = new SeriesScore();
  for (const series of labelledSeries(data)) for (const score of [leaks, nab, anySeries]) score.take(series);
  const rows = [
    ...scores.flatMap((score) => score.rows()),
    ...leaks.rows(),
    ...madeLeakRows(),
    ...madeGradientRows(),
    ...madeLossRows(),
    ...madeShortRunRows(),
    ...madeEvaluationRows(),
    ...workerScore(data),
    ...madeUpStragglers(data),
    ...madeStepTimes(),
    ...nab.rows(data),
    ...anySeries.rows(),
  ];
  if (asTables === true) console.log(markdown(rows));
  else print('detect', rows);
}
