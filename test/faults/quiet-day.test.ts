import { expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { DetectionEngine, detectOptions, everyDetector } from '../../src/detect/index.ts';
import { Cards } from '../../src/gpu/cards.ts';
import { chooseFields } from '../../src/gpu/fields.ts';
import { Reader } from '../../src/gpu/reader.ts';
import { SampleCutter } from '../../src/gpu/sample.ts';
import { gauge, SeriesTable } from '../../src/series/index.ts';
import { answer } from '../../src/simulate/answer.ts';
import { defaultControl } from '../../src/simulate/control.ts';
import type { Fault } from '../../src/simulate/index.ts';
import { queryFields } from '../../src/simulate/query-fields.ts';
import { models } from '../../src/simulate/models/index.ts';

const day = 86_400;
/** Of the collector it is a second; a day of that is long. */
const beatSeconds = 30;
const reading = {
  lastSuccess: gauge('gradwatch_exporter_collector_last_success_timestamp_seconds', {
    help: '',
    labels: ['collector'],
  }),
};

/** What eight cards of a model say of themselves all day, through the reader of nvidia-smi and into the detectors. */
it.each(['h100', 'v100'] as const)('a day of %s that train gives no finding', { timeout: 300_000 }, (model) => {
  const control = { ...defaultControl, model, gpus: 8 };
  const offered = new Set(queryFields(models[model].driver).flatMap(({ names }) => names));
  const { asked: fields } = chooseFields(offered, { details: true });
  const table = new SeriesTable();
  const cards = new Cards(table, null);
  const read = table.group(['collector'], reading).row({ collector: 'gpu' });
  const options = readConfig(detectOptions, {});
  if (!('value' in options)) throw new Error('no defaults');
  const said: string[] = [];
  const engine = new DetectionEngine({
    ...everyDetector,
    table,
    options: options.value,
    failed: (kind, error) => said.push(`${kind} failed: ${String(error)}`),
    sink: {
      report: ({ detector, verdict }) =>
        verdict.status === 'evidence' && said.push(`${detector.kind}: ${verdict.cause}`),
      rankEnded() {},
      runEnded() {},
      rankForgotten() {},
      runForgotten() {},
    },
  });
  const start = Date.UTC(2026, 7, 1) / 1000;
  const reader = new Reader(new SampleCutter());
  const look = (second: number, faults: readonly Fault[] = []): void => {
    const time = new Date(1000 * (start + second));
    const query = {
      ask: 'query-gpu',
      fields,
      header: true,
      units: true,
      ids: null,
      everyMilliseconds: 1000,
    } as const;
    const printed = answer(
      query,
      { ...control, faults },
      { time, since: start, first: second === 0 },
    ).stdout.toString();
    for (const line of printed.trimEnd().split('\n')) {
      const heard = reader.read(line);
      if (heard.kind === 'sample') cards.take(heard.sample);
    }
    read.set('lastSuccess', start + second);
    const ranks = cards.reports.map(({ uuid }, rank) => {
      return { rank, uuid, step: second, steps: second + 1, idle: 0, usual: 1, phase: null };
    });
    engine.tick(start + second, [{ run: 'r', ranks }]);
  };
  for (let second = 0; second < day; second += beatSeconds) look(second);
  expect(cards.reports).toHaveLength(8);
  expect([...new Set(said)].slice(0, 5)).toEqual([]);
  look(day, [{ kind: 'lost', gpu: 1 }]);
  expect(said).toEqual([expect.stringMatching(/^gpu_lost: GPU 1 is lost/)]);
});
