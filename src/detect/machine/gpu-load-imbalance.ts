import { number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import { runDetector } from './machine-detector.ts';
import { CardUse, looks } from './run-use.ts';
import { Spell } from './spell.ts';

/** LoadBalancing of SageMaker Debugger: one GPU of a run has much less to do than another. */
export const gpuLoadImbalance = runDetector({
  kind: 'gpu_load_imbalance',
  meaning: 'the GPUs of a run have unequal work',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads: ['gradwatch_gpu_utilization_ratio'],
  options: detectorOptions({
    difference: number({
      default: 0.5,
      min: 0,
      max: 1,
      help: 'Difference of the mean utilisation of two GPUs over ten minutes, as a share of the higher one',
    }),
  }),
  start: () => ({ use: new CardUse(), spell: new Spell() }),
  observe({ use, spell }, { cards }, { difference }, { time }) {
    use.push(cards, (card) => card.read('gradwatch_gpu_utilization_ratio'));
    const means = cards
      .flatMap((card) => {
        const mean = use.mean(card);
        return mean === null ? [] : [{ card, mean }];
      })
      .toSorted((one, other) => one.mean - other.mean);
    const [least, most] = [means[0], means.at(-1)];
    if (least === undefined || most === undefined) return quiet;
    const gap = most.mean === 0 ? 0 : 1 - least.mean / most.mean;
    return spell.judge(time, gap > difference, { after: 0, calm: 60 }, () => ({
      severity: 'info',
      score: gap,
      threshold: difference,
      window: looks,
      cause: `GPU ${least.card.gpu} was used ${figure(100 * least.mean)} % over the last ten minutes, GPU ${most.card.gpu} of the same run ${figure(100 * most.mean)} %.`,
      advice:
        'Look at how work is divided: shards of data, stages of the pipeline, experts; a rank that waits for data has an idle card.',
    }));
  },
});
