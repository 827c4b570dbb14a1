import { number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { figure } from '../figure.ts';
import { runDetector } from './machine-detector.ts';
import { CardUse, looks } from './run-use.ts';
import { Spell } from './spell.ts';

/** LowGPUUtilization of SageMaker Debugger: a card whose utilisation is low, or falls to nothing again and again. */
export const gpuUnderused = runDetector({
  kind: 'gpu_underused',
  meaning: 'GPUs of a run are used little, or by fits and starts',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads: ['gradwatch_gpu_utilization_ratio'],
  options: detectorOptions({
    high: number({
      default: 0.7,
      min: 0,
      max: 1,
      help: 'Utilisation that the 95th percentile of ten minutes should reach',
    }),
    low: number({ default: 0.1, min: 0, max: 1, help: 'Utilisation below which the 5th percentile should not be' }),
  }),
  start: () => ({ use: new CardUse(), spell: new Spell() }),
  observe({ use, spell }, { cards }, { high, low }, { time }) {
    use.push(cards, (card) => card.read('gradwatch_gpu_utilization_ratio'));
    const judged = cards.flatMap((card) => {
      const [p5, p95] = [use.quantile(card, 0.05), use.quantile(card, 0.95)];
      return p5 === null || p95 === null ? [] : [{ card, p5, p95 }];
    });
    const little = judged.filter(({ p95 }) => p95 < high);
    const fitful = judged.filter(({ p5, p95 }) => p95 >= high && p5 < low);
    const holds = judged.length === 0 ? null : little.length + fitful.length > 0;
    const names = (those: typeof judged) => those.map(({ card }) => card.gpu).join(', ');
    return spell.judge(time, holds, { after: 0, calm: 60 }, () => ({
      severity: 'info',
      score: 1 - Math.min(...judged.map(({ p5, p95 }) => (p95 < high ? p95 : p5))),
      threshold: little.length > 0 ? 1 - high : 1 - low,
      window: looks,
      cause: `${[
        ...(little.length > 0
          ? [
              `GPU ${names(little)} is used at most ${figure(100 * Math.max(...little.map(({ p95 }) => p95)))} % (95th percentile)`,
            ]
          : []),
        ...(fitful.length > 0
          ? [
              `GPU ${names(fitful)} is idle again and again (5th percentile of utilisation ${figure(100 * Math.min(...fitful.map(({ p5 }) => p5)))} %)`,
            ]
          : []),
      ].join('; ')} over the last ten minutes.`,
      advice:
        'Look at the parts of a step: time for data, for copies, for the CPU between kernels. A larger batch or more workers that load data help.',
    }));
  },
});
