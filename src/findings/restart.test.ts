import { describe, expect, it } from 'vitest';
import { nowhere } from '../../test/support/findings-house.ts';
import type { DetectorFacts, Evidence } from '../detect/index.ts';
import type { RankIdentity } from '../runs/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { fromLine, toLine } from '../snapshot/index.ts';
import { Findings } from './findings.ts';
import { findingsSection } from './saved-findings.ts';

const facts = { subject: 'run', meaning: '', explains: [], alert: 'none', endsWithRun: true } as const;
const cause: DetectorFacts = { ...facts, kind: 'cause', explains: ['effect'] };
const effect: DetectorFacts = { ...facts, kind: 'effect' };
const evidence: Evidence = {
  severity: 'warning',
  firstStep: 7,
  step: 7,
  score: NaN,
  threshold: 16,
  baseline: null,
  window: 64,
  cause: 'cause',
  advice: 'advice',
};

const everywhere = { run: '*', rank: '*', uuid: '*', author: 'ada', comment: '' } as const;

function house(
  more: { readonly instance?: string; readonly knows?: (of: RankIdentity) => boolean; readonly max?: number } = {},
) {
  const table = new SeriesTable();
  const clock = { now: 1000 };
  const findings = new Findings({
    table,
    options: {
      ...{ hold: 120, consequence_window: 300, expire_after: 3600, max_open: more.max ?? 10 },
      ...{ max_silences: 10, keep_resolved: 2 },
    },
    detectors: [cause, effect],
    whereabouts: nowhere,
    instance: more.instance ?? 'first',
    now: () => clock.now,
  });
  const told: string[] = [];
  findings.subscribe(({ change, finding }) => told.push(`${change} ${finding.id} ${finding.resolution ?? ''}`.trim()));
  const back: string[] = [];
  const section = findingsSection(findings, {
    detectors: [cause, effect],
    canTellRecovery: (_, identity) => more.knows?.(identity) ?? true,
    back: ({ id }) => back.push(id),
  });
  const about = (detector: DetectorFacts, rank: number) => ({ detector, run: 'r', rank, uuid: null, witness: rank });
  return {
    ...{ findings, section, clock, told, back },
    see: (detector: DetectorFacts, rank = 0, more: Partial<Evidence> = {}) => {
      findings.report({ ...about(detector, rank), verdict: { status: 'evidence', ...evidence, ...more } });
    },
    recover: (detector: DetectorFacts, rank = 0) => {
      findings.report({ ...about(detector, rank), verdict: { status: 'recovered', step: 99 } });
    },
    wait: (seconds: number) => {
      clock.now += seconds;
      findings.tick();
    },
    text: () => expose('text', table.snapshot()),
  };
}

function restarted(before: ReturnType<typeof house>, more: Parameters<typeof house>[0] = {}, down = 0) {
  const after = house({ instance: 'second', ...more });
  after.clock.now += down;
  const problems = [...before.section.save()].map((part) => after.section.restore(fromLine(toLine(part))));
  after.section.restored?.();
  return { ...after, problems: problems.filter((problem) => problem !== null) };
}

describe('findings after a restart of the exporter', () => {
  it('are the same, under the same ids, with the same series and counts, and nobody is told of them again', () => {
    const before = house();
    before.see(cause);
    before.see(effect, 3);
    const after = restarted(before);
    expect(after.problems).toEqual([]);
    expect(after.findings.open).toEqual(before.findings.open);
    expect(after.text()).toBe(before.text());
    expect([after.told, after.back]).toEqual([[], ['first-1', 'first-2']]);
    after.see(cause, 1);
    expect(after.findings.open).toHaveLength(2);
  });

  it('keep their silences, who has them in hand, and the words to which a cause is joined', () => {
    const before = house();
    before.see(cause);
    before.see(effect);
    before.findings.silence({ ...everywhere, kind: 'cause', expiresAt: 1300 });
    before.findings.silence({ ...everywhere, kind: 'effect', expiresAt: 9000 });
    before.findings.acknowledge('first-1', 'ada', 'looking');
    const after = restarted(before);
    expect(after.problems).toEqual([]);
    expect(after.findings.silences).toEqual(before.findings.silences);
    expect(after.findings.open).toEqual(before.findings.open);
    expect(after.findings.incidents.map(({ words }) => words)).toEqual(['cause', 'cause']);
    after.wait(300);
    expect(after.told).toEqual(['unsilenced first-1', 'amended first-2']);
    expect(after.findings.silence({ ...everywhere, kind: 'cause', expiresAt: 9000 }).id).toBe('second-silence-1');
  });

  it('speak at once where their silence ended meanwhile', () => {
    const before = house();
    before.see(cause);
    before.findings.silence({ ...everywhere, kind: 'cause', expiresAt: 1300 });
    const after = restarted(before, {}, 300);
    expect(after.findings.silences).toEqual([]);
    expect(after.findings.open).toMatchObject([{ silencedBy: null }]);
  });

  it('say where among ranks they began as they would have without it, and make nothing up', () => {
    const says = (restart: (before: ReturnType<typeof house>) => ReturnType<typeof house>) => {
      const before = house();
      before.see(cause, 3);
      before.see(effect, 3, { origin: 'own', step: 8 });
      const after = restart(before);
      after.see(cause, 0, { severity: 'critical', step: 20, cause: 'Rank 0 is slow.' });
      after.see(effect, 1, { origin: 'own', step: 7 });
      after.see(effect, 0, { origin: 'own', severity: 'critical', step: 20, cause: 'Rank 0 has NaN.' });
      return after.findings.open.map((finding) => [finding.firstRank, finding.cause]);
    };
    expect(says(restarted)).toEqual([
      [3, 'Rank 0 is slow.'],
      [1, 'Rank 0 has NaN; it began on rank 1, at step 7.'],
    ]);
    expect(says(restarted)).toEqual(says((before) => before));
  });

  it('are explained by what made them worse as they would have been without it', () => {
    const says = (restart: (before: ReturnType<typeof house>) => ReturnType<typeof house>) => {
      const before = house();
      before.see(effect, 0, { severity: 'info', firstStep: 1 });
      before.see(effect, 0, { firstStep: 701, step: 800 });
      const after = restart(before);
      after.see(cause, 0, { firstStep: 700, step: 800 });
      return after.findings.open.map(({ consequenceOf }) => consequenceOf !== null);
    };
    expect(says(restarted)).toEqual([true, false]);
    expect(says((before) => before)).toEqual([true, false]);
  });

  it('are taken back from a snapshot that knew nothing of silences', () => {
    const before = house();
    before.see(cause);
    const [, open] = [...before.section.save()] as [unknown, { readonly open: object }];
    const {
      worsenedAt: _w,
      silencedBy: _s,
      acknowledgement: _a,
      escalated: _e,
      ...finding
    } = { ...before.findings.open[0] };
    const { section, findings } = house();
    expect(section.restore({ open: finding, disturbed: [0], closing: null })).toBeNull();
    expect(findings.open).toEqual([open.open]);
  });

  it('end by their own rule where the detector knows what it held', () => {
    const before = house();
    before.see(cause, 0);
    before.see(cause, 1);
    before.recover(cause, 0);
    const after = restarted(before);
    after.wait(600);
    expect(after.told).toEqual([]);
    after.recover(cause, 1);
    after.wait(1);
    expect(after.told).toEqual(['resolved first-1 recovered']);
    expect(restarted(after).findings.resolved).toEqual(after.findings.resolved);
  });

  it('are not stuck open where nobody can tell their end, unless there is new evidence', () => {
    const before = house();
    before.see(cause);
    before.see(effect);
    const after = restarted(before, { knows: () => false });
    after.wait(60);
    after.see(effect);
    after.wait(60);
    expect(after.told).toEqual(['resolved first-1 expired', 'amended first-2']);
    after.wait(3600);
    expect(after.told.at(-1)).toBe('resolved first-2 expired');
  });

  it('go on with ids of their own, and with the causes of before', () => {
    const before = house();
    before.see(cause);
    const after = restarted(before);
    after.see(effect);
    expect(after.findings.open.at(-1)).toMatchObject({ id: 'second-1', consequenceOf: 'first-1' });
  });

  it('are left out of an unknown kind, without a place, and of another shape', () => {
    const before = house();
    before.see(cause);
    before.see(effect);
    expect(restarted(before, { max: 1 }).problems).toEqual(['there is no place for it']);
    const [, open] = [...before.section.save()] as [unknown, { readonly open: object }];
    const { section } = house();
    expect(section.restore({ ...open, open: { ...open.open, kind: 'gone' } })).toBe(
      'there is no detector "gone" any more',
    );
    expect(section.restore({ open: 1 })).toBe('it is not of the expected shape');
  });

  it('change what is to be saved with everything that is told of them', () => {
    const { section, see, recover, wait } = house();
    const seen = new Set([section.revision()]);
    for (const act of [
      () => {
        see(cause);
      },
      () => {
        recover(cause);
      },
      () => {
        wait(600);
      },
    ]) {
      act();
      seen.add(section.revision());
    }
    expect(seen.size).toBe(4);
  });
});
