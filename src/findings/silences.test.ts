import { describe, expect, it } from 'vitest';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts } from '../detect/index.ts';
import { SilenceLimitError, type SilenceDraft } from './silences.ts';

const facts = { meaning: '', explains: [], alert: 'own', endsWithRun: true } as const;
const spike: DetectorFacts = { ...facts, kind: 'spike', subject: 'run' };
const lost: DetectorFacts = { ...facts, kind: 'lost', subject: 'rank' };
const leak: DetectorFacts = { ...facts, kind: 'leak', subject: 'series' };
const blown: DetectorFacts = { ...facts, kind: 'blown', subject: 'run', explains: ['nan'] };
const nan: DetectorFacts = { ...facts, kind: 'nan', subject: 'run' };
const xid: DetectorFacts = { ...facts, kind: 'xid', subject: 'gpu', explains: ['lost'] };
const house = () =>
  findingsHouse([spike, lost, leak, blown, nan, xid], {}, { gpusOf: (_, rank) => [`GPU-${rank ?? 0}`] });

function about(more: Partial<SilenceDraft>): SilenceDraft {
  return { run: '*', kind: '*', rank: '*', uuid: '*', expiresAt: 1600, author: 'ada', comment: 'known', ...more };
}

describe('a silence', () => {
  it('marks what is open and what opens later, and lets both speak when it ends', () => {
    const { findings, see, wait, told, notifying, lines } = house();
    see(spike, evidence('warning'));
    const { id } = findings.silence(about({ run: 'r', kind: 'spike' }));
    expect(findings.open[0]?.silencedBy).toBe(id);
    expect(lines('gradwatch_finding_silenced')).toEqual(['gradwatch_finding_silenced{finding="abc-1"} 1']);
    see(spike, evidence('warning'), 0, 'other');
    expect(notifying()).toMatchObject([{ subject: { run: 'other' } }]);
    findings.silence(about({ run: 'other' }));
    expect(notifying()).toEqual([]);
    expect(lines('gradwatch_finding_silences ')).toEqual(['gradwatch_finding_silences 2']);
    wait(599);
    expect(notifying()).toEqual([]);
    wait(1);
    expect(notifying()).toHaveLength(2);
    expect(lines('gradwatch_finding_silenced')).toEqual([]);
    expect(told().slice(-2)).toEqual(['unsilenced spike', 'unsilenced spike']);
    expect(findings.silences).toEqual([]);
  });

  it.each<[Partial<SilenceDraft>, number[]]>([
    [{ run: 'r' }, [1, 2, 3]],
    [{ kind: 'lost' }, [2, 3]],
    [{ rank: 1 }, [3]],
    [{ uuid: 'GPU-1' }, [4]],
    [{ run: 'r', kind: 'lost', rank: 2 }, []],
  ])('of %j is about findings %j', (scope, expected) => {
    const { findings, see, seeGpu } = house();
    see(spike, evidence('warning'));
    see(lost, evidence('warning'), 0);
    see(lost, evidence('warning'), 1);
    seeGpu(leak, evidence('warning'), 'GPU-1');
    findings.silence(about(scope));
    const silenced = findings.open.flatMap(({ silencedBy }, index) => (silencedBy === null ? [] : [index + 1]));
    expect(silenced).toEqual(expected);
  });

  it('does not hold what becomes worse, until somebody silences that too', () => {
    const { findings, see, wait, notifying } = house();
    see(spike, evidence('warning'));
    findings.silence(about({ run: 'r' }));
    wait(1);
    see(spike, evidence('critical'));
    expect(notifying()).toHaveLength(1);
    wait(1);
    expect(notifying()).toHaveLength(1);
    findings.silence(about({ run: 'r' }));
    expect(notifying()).toEqual([]);
  });

  it('holds what begins under it, however bad that becomes', () => {
    const { findings, see, wait, notifying } = house();
    const { id } = findings.silence(about({ run: 'r' }));
    wait(1);
    see(spike, evidence('warning'));
    wait(1);
    see(spike, evidence('critical'));
    expect(findings.open).toMatchObject([{ severity: 'critical', silencedBy: id }]);
    findings.endSilence(id);
    expect(notifying()).toHaveLength(1);
  });

  it('can be ended before its time, once', () => {
    const { findings, see, notifying } = house();
    see(spike, evidence('warning'));
    const { id } = findings.silence(about({ run: 'r' }));
    expect([findings.endSilence(id), findings.endSilence(id)]).toEqual([true, false]);
    expect(notifying()).toHaveLength(1);
  });

  it('of a cause is none of what follows from it, whichever came first', () => {
    for (const order of ['silence, cause, effect', 'cause, silence, effect', 'cause, effect, silence']) {
      const { findings, see, notifying } = house();
      let id = '';
      for (const what of order.split(', ')) {
        if (what === 'silence') id = findings.silence(about({ run: 'r', kind: 'blown' })).id;
        else see(what === 'cause' ? blown : nan, evidence('critical'));
      }
      expect(notifying()).toMatchObject([{ kind: 'nan', silencedBy: null }]);
      // Then it is one incident again.
      findings.endSilence(id);
      expect(notifying()).toMatchObject([{ kind: 'blown' }]);
    }
  });

  it('of a cause of another subject leaves it the reason that is told', () => {
    const { findings, see, seeGpu, notifying } = house();
    findings.silence(about({ kind: 'xid', uuid: 'GPU-1' }));
    seeGpu(xid, evidence('info', null, { cause: 'GPU 1 reported Xid 31.' }), 'GPU-1');
    see(lost, evidence('critical', 7, { cause: 'Rank 1 is lost.' }), 1);
    expect(notifying()).toMatchObject([
      { kind: 'lost', cause: 'Rank 1 is lost; GPU 1 reported Xid 31, first seen at the same time.' },
    ]);
    expect(findings.open[0]).toMatchObject({ kind: 'xid', severity: 'info' });
  });

  it('of what follows makes its cause no worse, until it ends', () => {
    const { findings, see, seeGpu, notifying } = house();
    const { id } = findings.silence(about({ run: 'r' }));
    seeGpu(xid, evidence('info', null), 'GPU-1');
    see(lost, evidence('critical'), 1);
    expect(notifying()).toEqual([]);
    expect(findings.open).toMatchObject([{ severity: 'info' }, { consequenceOf: 'abc-1', silencedBy: id }]);
    findings.endSilence(id);
    expect(notifying()).toMatchObject([{ kind: 'xid', severity: 'critical' }]);
  });

  it('is refused and counted beyond the limit', () => {
    const { findings, lines } = house();
    for (const run of ['a', 'b', 'c']) findings.silence(about({ run }));
    expect(() => findings.silence(about({ run: 'd' }))).toThrow(SilenceLimitError);
    expect(lines('gradwatch_finding_silences_refused_total')).toEqual(['gradwatch_finding_silences_refused_total 1']);
  });
});

describe('an acknowledgement', () => {
  it('names who has a finding in hand, until that worsens', () => {
    const { findings, see, told, lines } = house();
    see(spike, evidence('warning'));
    expect(findings.acknowledge('abc-1', 'ada', 'looking')).toMatchObject({
      acknowledgement: { author: 'ada', note: 'looking', at: 1000 },
    });
    expect(lines('gradwatch_finding_acknowledged')).toEqual(['gradwatch_finding_acknowledged{finding="abc-1"} 1']);
    see(spike, evidence('warning'));
    expect(findings.open[0]?.acknowledgement?.author).toBe('ada');
    see(spike, evidence('critical'));
    expect(findings.open[0]?.acknowledgement).toBeNull();
    expect(lines('gradwatch_finding_acknowledged')).toEqual([]);
    expect(lines('gradwatch_finding_escalated')).toEqual(['gradwatch_finding_escalated{finding="abc-1"} 1']);
    expect(told()).toEqual(['opened spike', 'acknowledged spike', 'worsened spike']);
    expect(findings.acknowledge('abc-9', 'ada', '')).toBeUndefined();
  });

  it('is no escalation where nobody had a warning in hand', () => {
    const { findings, see, lines } = house();
    see(spike, evidence('info'));
    findings.acknowledge('abc-1', 'ada', '');
    see(spike, evidence('warning'));
    see(spike, evidence('critical'));
    expect(lines('gradwatch_finding_escalated')).toEqual([]);
  });
});
