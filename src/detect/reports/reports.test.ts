import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import type { Layer, LayerReport, Observed, RankTensor, Role, ServingReport } from '../../runs/index.ts';
import { fromLine, restoreState, toLine } from '../../snapshot/index.ts';
import type { Verdict } from '../detector.ts';
import type { AnyReportDetector } from '../report.ts';
import { reportDetectors } from './index.ts';

type Kind = (typeof reportDetectors)[number]['kind'];
type Report = Observed<LayerReport> | Observed<RankTensor> | Observed<ServingReport>;

const same = { run: 'r', rank: 2, attempt: 0, time: 1000 } as const;

function layers(step: number, values: Readonly<Record<string, Layer['values']>>): Report {
  return { ...same, step, layers: Object.entries(values).map(([name, told]) => ({ name, values: told })) };
}

function tensor(step: number, counts: readonly number[], more: Partial<RankTensor> = {}): Report {
  const distribution = { edges: counts.map((_, at) => at).concat(counts.length), counts };
  const nothing = { count: null, mean: null, variance: null, fractionNonFinite: null, reference: false };
  return { ...same, step, kind: 'input', role: 'training', name: 'pixels', ...nothing, distribution, ...more };
}

function serving(requests: number, errors: number, latencySeconds: number): Report {
  const bounds = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];
  const counts = bounds.concat(Infinity).map((bound, at) => {
    return latencySeconds <= bound && latencySeconds > (bounds[at - 1] ?? 0) ? requests : 0;
  });
  const nothing = { inputTokens: null, outputTokens: null, outputs: null };
  return { ...same, requests, errors, latency: { bounds, counts, sum: null }, ...nothing };
}

/** Feeds a detector with its defaults. After each report its state goes through what a snapshot holds. */
function judged(kind: Kind, reports: readonly Report[]): Verdict[] {
  const detector: AnyReportDetector = reportDetectors.find((one) => one.kind === kind)!;
  const options = v.parse(detector.options, { enabled: true });
  let state = detector.start(options);
  return reports.map((report) => {
    const verdict = detector.observe(state, report, options);
    const restarted = detector.start(options);
    expect(restoreState(restarted, fromLine(toLine(state)))).toBe(true);
    state = restarted;
    return verdict;
  });
}

const statuses = (verdicts: readonly Verdict[]) => verdicts.map(({ status }) => status);
const times = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));

describe('rules for single layers', () => {
  const rules = [
    [
      'dead_units',
      3,
      { fraction_dead: 0.9 },
      { fraction_dead: 0.1 },
      'In layer b of rank 2 90 % of the units are dead since step 10.',
    ],
    ['saturated_units', 3, { fraction_saturated: 0.6 }, { fraction_saturated: 0.5 }, '60 % of the units are saturated'],
    ['zero_tensor', 3, { fraction_zero: 1 }, { fraction_zero: 0.99 }, '100 % of the values of the gradient are zero'],
    ['weight_update', 5, { update_ratio: 20 }, { update_ratio: 1e-3 }, 'changes the weights by 20 of their norm'],
    ['weight_update', 5, { update_ratio: 1e-10 }, { update_ratio: 1e-3 }, 'by 1e-10 of their norm'],
  ] as const;

  it.each(rules)('%s: evidence after %i reports in a row, over when it is', (kind, patience, bad, good, sentence) => {
    const reports = [
      layers(0, { a: good, b: good }),
      ...times(patience, (at) => layers(10 + at, { a: good, b: bad })),
      ...times(patience, (at) => layers(50 + at, { a: good, b: good })),
    ];
    const verdicts = judged(kind, reports);
    expect(statuses(verdicts)).toEqual([
      ...times(patience, () => 'quiet'),
      'evidence',
      ...times(patience - 1, () => 'quiet'),
      'recovered',
    ]);
    const evidence = verdicts.find((verdict) => verdict.status === 'evidence')!;
    expect(evidence).toMatchObject({ severity: 'warning', firstStep: 10, step: 9 + patience });
    expect(evidence.cause).toContain(sentence);
  });

  it.each(rules)('%s: silent where reports alternate, or do not tell the figure', (kind, _, bad, good) => {
    expect(
      statuses(
        judged(
          kind,
          times(40, (at) => layers(at, { b: at % 2 === 0 ? bad : good })),
        ),
      ),
    ).not.toContain('evidence');
    expect(
      statuses(
        judged(
          kind,
          times(40, (at) => layers(at, { b: {} })),
        ),
      ),
    ).not.toContain('evidence');
  });

  it('names the first layers and counts the rest', () => {
    const bad = { fraction_dead: 1 };
    const verdicts = judged(
      'dead_units',
      times(3, (at) => layers(at, { a: bad, b: bad, c: bad, d: bad, e: bad })),
    );
    expect(verdicts[2]).toMatchObject({
      cause: expect.stringContaining('layers a, b, c and 2 more of rank 2') as string,
    });
  });

  it('takes no layer for unchanged that was frozen from the start', () => {
    const frozen = times(30, (at) => layers(at, { a: { weight_norm: 5 }, b: { weight_norm: 5 + at } }));
    expect(statuses(judged('unchanged_weights', frozen))).not.toContain('evidence');
    const stopped = times(30, (at) => layers(at, { a: { weight_norm: 5 }, b: { weight_norm: 5 + Math.min(at, 9) } }));
    expect(statuses(judged('unchanged_weights', stopped)).indexOf('evidence')).toBe(14);
  });
});

describe('rules across layers', () => {
  const norms = (first: number, last: number) => ({
    a: { gradient_norm: first },
    b: { gradient_norm: 1e-3 },
    c: { gradient_norm: last },
  });

  it('finds a gradient that vanishes or explodes on its way', () => {
    const verdicts = judged(
      'layer_gradients',
      times(6, (at) => layers(at, norms(1e-9, 0.1))),
    );
    expect(statuses(verdicts).slice(0, 5)).toEqual(['quiet', 'quiet', 'quiet', 'quiet', 'evidence']);
    expect(verdicts[4]).toMatchObject({ cause: expect.stringContaining('vanishes on its way') as string });
    const exploding = judged(
      'layer_gradients',
      times(6, (at) => layers(at, norms(100, 0.1))),
    );
    expect(exploding[4]).toMatchObject({ cause: expect.stringContaining('explodes on its way') as string });
  });

  it('leaves a small first layer alone whose norm is no trifle', () => {
    expect(
      statuses(
        judged(
          'layer_gradients',
          times(20, (at) => layers(at, norms(1e-3, 10))),
        ),
      ),
    ).not.toContain('evidence');
  });

  const variances = (least: number) => ({
    a: { activation_variance: 1 },
    b: { activation_variance: 0.5 },
    c: { activation_variance: least },
  });

  it('finds weights that started at the wrong scale, in young runs alone', () => {
    const young = judged(
      'poor_initialization',
      times(5, (at) => layers(at, variances(1e-5))),
    );
    expect(statuses(young).slice(0, 3)).toEqual(['quiet', 'quiet', 'evidence']);
    const old = judged(
      'poor_initialization',
      times(5, (at) => layers(1000 + at, variances(1e-5))),
    );
    expect(statuses(old)).not.toContain('evidence');
  });
});

describe('drift', () => {
  const usual = (at: number) => [100 + (at % 7), 200 - (at % 5), 400 + (at % 3), 200, 100];

  it('is found against the first reports, and over when they are as before', () => {
    const reports = [
      ...times(10, (at) => tensor(at, usual(at))),
      ...times(20, (at) => tensor(10 + at, usual(at))),
      ...times(3, (at) => tensor(30 + at, [10, 20, 100, 400, 470])),
      ...times(3, (at) => tensor(40 + at, usual(at))),
    ];
    const verdicts = judged('input_drift', reports);
    expect(statuses(verdicts.slice(0, 32))).not.toContain('evidence');
    expect(verdicts[32]).toMatchObject({
      status: 'evidence',
      severity: 'warning',
      firstStep: 30,
      step: 32,
      window: 10,
    });
    expect(verdicts.at(-1)).toMatchObject({ status: 'recovered' });
  });

  /** A batch whose middle lies elsewhere by a share of its values. */
  const batch = (at: number, share: number) => tensor(at, [400 - 400 * share, 800, 800, 400 + 400 * share]);
  /** As batches of unlike sources follow each other. */
  const vary = (at: number) => [-0.8, 0.6, -0.3, 0.9, -0.7, 0.2, 0.75][at % 7]!;

  it('is no difference that the first reports have among each other, and is more than that', () => {
    const varied = times(10, (at) => batch(at, vary(at)));
    // A stability index of .35 to .75, three times in a row.
    const alike = times(6, (at) => batch(10 + at, 0.85));
    expect(statuses(judged('input_drift', [...varied, ...alike]))).not.toContain('evidence');
    expect(statuses(judged('input_drift', [...times(10, (at) => batch(at, 0)), ...alike]))).toContain('evidence');
    const elsewhere = times(3, (at) => tensor(20 + at, [0, 0, 100, 2300]));
    expect(statuses(judged('input_drift', [...varied, ...elsewhere])).at(-1)).toBe('evidence');
  });

  it.each([0, 1, 5, 9])(
    'is found where report %i of the first ones was of another kind, and that is none of the others',
    (odd) => {
      const first = times(10, (at) => (at === odd ? tensor(at, [2300, 100, 0, 0]) : batch(at, 0.1 * vary(at))));
      const alike = times(9, (at) => batch(10 + at, 0.1 * vary(at)));
      const left = times(3, (at) => tensor(20 + at, [50, 250, 700, 1400]));
      const told = statuses(judged('input_drift', [...first, ...alike, ...left]));
      expect(told.indexOf('evidence')).toBe(21);
    },
  );

  it('is against the report that the worker names a reference', () => {
    const reports = [
      tensor(0, [500, 500, 0, 0, 0], { reference: true }),
      ...times(3, (at) => tensor(1 + at, [0, 0, 0, 500, 500])),
    ];
    const verdicts = judged('input_drift', reports);
    expect(statuses(verdicts).slice(0, 3)).not.toContain('evidence');
    expect(verdicts[3]).toMatchObject({ status: 'evidence' });
  });

  it('is not made of few values, other bins, or the other kind of tensor', () => {
    const start = times(10, (at) => tensor(at, usual(at)));
    const few = times(5, (at) => tensor(20 + at, [0, 0, 0, 50, 100]));
    const other = times(9, (at) => tensor(20 + at, [0, 0, 5000]));
    expect(statuses(judged('input_drift', [...start, ...few]))).not.toContain('evidence');
    expect(statuses(judged('input_drift', [...start, ...other]))).not.toContain('evidence');
    expect(
      statuses(judged('output_drift', [...start, ...times(9, () => tensor(30, [0, 0, 0, 0, 999]))])),
    ).not.toContain('evidence');
  });

  it('of batches that are few values is found by the sum of some, and tells of what is not finite at once', () => {
    const small = (at: number) => tensor(at, [10 + (at % 3), 20 - (at % 3), 20, 14]);
    const first = times(60, (at) => small(at));
    const collapsed = times(16, (at) => tensor(60 + at, [0, 0, 0, 64]));
    const told = statuses(judged('input_drift', [...first, ...collapsed, ...times(16, (at) => small(at))]));
    expect(told.slice(0, 60)).not.toContain('evidence');
    expect(told.indexOf('evidence')).toBe(71);
    expect(told).toContain('recovered');
    const nan = judged('input_drift', [...first.slice(0, 5), tensor(5, [10, 20, 20, 14], { fractionNonFinite: 0.02 })]);
    expect(statuses(nan).at(-1)).toBe('evidence');
  });

  it('goes on through reports that tell of values that are finite alone', () => {
    const finite = (at: number) => ({ ...tensor(at, []), distribution: null, fractionNonFinite: 0 });
    const left = times(3, (at) => [tensor(20 + 2 * at, [10, 20, 100, 400, 470]), finite(21 + 2 * at)]).flat();
    expect(statuses(judged('input_drift', [...times(10, (at) => tensor(at, usual(at))), ...left]))).toContain(
      'evidence',
    );
  });

  it('of outputs is information while a model trains, but from a report that was marked', () => {
    const last = (role: Role, reference: boolean) => {
      const start = times(10, (at) => tensor(at, usual(at), { kind: 'output', role, reference }));
      const left = times(3, (at) => tensor(20 + at, [10, 20, 100, 400, 470], { kind: 'output', role }));
      return judged('output_drift', [...start, ...left]).at(-1);
    };
    expect(last('training', false)).toMatchObject({ status: 'evidence', severity: 'info' });
    expect(last('training', true)).toMatchObject({ status: 'evidence', severity: 'warning' });
    expect(last('inference', false)).toMatchObject({ status: 'evidence', severity: 'warning' });
  });

  it('tells at once of values that are not finite', () => {
    const verdicts = judged('input_drift', [tensor(0, usual(0)), tensor(1, usual(1), { fractionNonFinite: 0.02 })]);
    expect(verdicts[1]).toMatchObject({ status: 'evidence', score: 0.02 });
  });
});

describe('serving', () => {
  it('finds errors once there are requests enough to tell', () => {
    const verdicts = judged('serving_errors', [
      ...times(5, () => serving(100, 2, 0.05)),
      serving(10, 9, 0.05),
      serving(100, 30, 0.05),
      ...times(3, () => serving(100, 1, 0.05)),
    ]);
    expect(statuses(verdicts)).toEqual([...times(6, () => 'quiet'), 'evidence', 'quiet', 'quiet', 'recovered']);
  });

  it('finds latency that leaves its usual for good, not for a report', () => {
    const usual = times(40, (at) => serving(50, 0, at % 2 === 0 ? 0.05 : 0.09));
    const once = [...usual, serving(50, 0, 5), ...usual];
    expect(statuses(judged('serving_latency', once))).not.toContain('evidence');
    const slow = [...usual, ...times(5, () => serving(50, 0, 2)), ...times(5, () => serving(50, 0, 0.05))];
    const verdicts = judged('serving_latency', slow);
    expect(verdicts[44]).toMatchObject({ status: 'evidence', threshold: 1.5 });
    expect(verdicts.at(-1)).toMatchObject({ status: 'recovered' });
  });
});
