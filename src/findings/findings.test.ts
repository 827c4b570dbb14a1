import { describe, expect, it } from 'vitest';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts } from '../detect/index.ts';
import type { FindingChange } from './finding.ts';
import type { FindingsOptions } from './options.ts';

const facts = { subject: 'run', meaning: '', explains: [], alert: 'own', endsWithRun: true } as const;
const cause: DetectorFacts = { ...facts, kind: 'cause', explains: ['middle', 'effect', 'untold'] };
const middle: DetectorFacts = { ...facts, kind: 'middle', explains: ['effect'] };
const effect: DetectorFacts = { ...facts, kind: 'effect' };
const untold: DetectorFacts = { ...facts, kind: 'untold', alert: 'none' };
const lost: DetectorFacts = { ...facts, kind: 'lost', subject: 'rank', endsWithRun: false };

const house = (options: Partial<FindingsOptions> = {}) => findingsHouse([cause, middle, effect, untold, lost], options);

describe('Findings', () => {
  it('makes one finding of all series of one GPU, which ends when each of them has recovered', () => {
    const { findings, wait, lines } = house();
    const leak: DetectorFacts = { ...facts, kind: 'effect', subject: 'series' };
    const about = { detector: leak, run: null, rank: null, uuid: 'GPU-1' };
    for (const witness of ['used', 'reserved']) {
      findings.report({ ...about, witness, verdict: { status: 'evidence', ...evidence('warning') } });
    }
    expect(findings.open.map(({ subject }) => subject)).toEqual([{ run: null, rank: null, uuid: 'GPU-1' }]);
    expect(lines('gradwatch_finding_severity{')[0]).toContain('run="",rank="",uuid="GPU-1"');
    findings.report({ ...about, witness: 'used', verdict: { status: 'recovered', step: null } });
    wait(121);
    expect(findings.open).toHaveLength(1);
    findings.report({ ...about, witness: 'reserved', verdict: { status: 'recovered', step: null } });
    wait(1);
    expect(findings.open).toHaveLength(0);
  });

  it('makes one finding of the evidence of all ranks', () => {
    const { findings, see, told } = house();
    see(cause, evidence('warning', 7), 3);
    see(cause, evidence('warning', 8, { score: 50, cause: 'other words' }), 0);
    expect(told()).toEqual(['opened cause']);
    expect(findings.open).toMatchObject([
      {
        id: 'abc-1',
        subject: { run: 'r', rank: null, uuid: null },
        firstRank: 3,
        firstStep: 7,
        detectedStep: 7,
        lastStep: 8,
        score: 50,
        cause: 'cause at 7',
      },
    ]);
  });

  it('keeps runs and ranks apart', () => {
    const { findings, see } = house();
    see(lost, evidence('critical'), 0);
    see(lost, evidence('critical'), 1);
    see(cause, evidence('info'), 0, 'other');
    const subjects = findings.open.map(({ id, subject }) => [id, subject.run, subject.rank]);
    expect(subjects).toEqual([
      ['abc-1', 'r', 0],
      ['abc-2', 'r', 1],
      ['abc-3', 'other', null],
    ]);
  });

  it('only ever worsens, and then tells the new cause', () => {
    const { findings, see, told, lines } = house();
    see(cause, evidence('warning', 7));
    see(cause, evidence('critical', 8));
    see(cause, evidence('info', 9));
    expect(told()).toEqual(['opened cause', 'worsened cause']);
    expect(findings.open[0]).toMatchObject({ severity: 'critical', cause: 'cause at 8', firstStep: 7, lastStep: 9 });
    expect(lines('gradwatch_findings_total{kind="cause"')).toEqual([
      'gradwatch_findings_total{kind="cause",severity="info"} 0',
      'gradwatch_findings_total{kind="cause",severity="warning"} 1',
      'gradwatch_findings_total{kind="cause",severity="critical"} 1',
    ]);
    expect(lines('gradwatch_finding_info')).toHaveLength(1);
  });

  it('says what the last evidence says of a kind of which each tells all that is wrong', () => {
    const { findings, see, told } = findingsHouse([{ ...cause, tellsNewest: true }]);
    const newest = { ...cause, tellsNewest: true } as const;
    see(newest, evidence('warning', 7));
    see(newest, evidence('warning', 8));
    see(newest, evidence('warning', 9, { cause: 'cause at 8' }));
    expect(told()).toEqual(['opened cause', 'amended cause']);
    expect(findings.open[0]).toMatchObject({ cause: 'cause at 8', detectedStep: 7, lastStep: 9 });
  });

  it('recovers when every rank has, but not before the hold is over', () => {
    const { findings, see, recover, wait, told } = house();
    see(cause, evidence('critical'), 0);
    see(cause, evidence('critical'), 1);
    recover(cause, 0);
    wait(500);
    expect(findings.open).toHaveLength(1);
    see(cause, evidence('critical'), 1);
    recover(cause, 1);
    wait(119);
    expect(findings.open).toHaveLength(1);
    wait(1);
    expect(findings.open).toEqual([]);
    expect(told()).toEqual(['opened cause', 'resolved cause']);
    expect(findings.resolved).toMatchObject([{ resolution: 'recovered', resolvedAt: 1620 }]);
  });

  it('goes on with the same finding when evidence returns within the hold', () => {
    const { findings, see, recover, wait } = house();
    see(cause, evidence('critical'));
    recover(cause);
    wait(60);
    see(cause, evidence('critical'));
    wait(200);
    expect(findings.open.map(({ id }) => id)).toEqual(['abc-1']);
  });

  it('ends with the run what happened in its steps, and keeps what tells how a rank ended', () => {
    const { findings, see, wait } = house();
    see(cause, evidence('critical'));
    see(lost, evidence('critical'));
    findings.runEnded('r');
    wait(120);
    expect(findings.resolved).toMatchObject([{ kind: 'cause', resolution: 'run_ended' }]);
    expect(findings.open).toMatchObject([{ kind: 'lost' }]);
    findings.runForgotten('r');
    wait(1);
    expect(findings.open).toEqual([]);
  });

  it('go at once with the run that is forgotten, however fresh their evidence', () => {
    const { findings, see } = house();
    see(cause, evidence('critical'));
    findings.runForgotten('r');
    expect(findings.open).toEqual([]);
    expect(findings.resolved).toMatchObject([{ resolution: 'run_ended' }]);
  });

  it('lets a consequence go before its cause with the run that is forgotten', () => {
    const { findings, see, told } = house();
    see(cause, evidence('critical'));
    see(effect, evidence('critical'));
    findings.runForgotten('r');
    expect(told().slice(-2)).toEqual(['resolved effect', 'resolved cause']);
  });

  it('gives up what brings no evidence for long', () => {
    const { findings, see, wait } = house();
    see(cause, evidence('critical'));
    wait(3599);
    expect(findings.open).toHaveLength(1);
    wait(1);
    expect(findings.resolved).toMatchObject([{ resolution: 'expired' }]);
  });

  it('lets a consequence expire before the cause that expires with it', () => {
    const { see, wait, told } = house();
    see(cause, evidence('critical'));
    see(effect, evidence('critical'));
    wait(3600);
    expect(told().slice(-2)).toEqual(['resolved effect', 'resolved cause']);
  });

  it('waits no longer for a rank that was forgotten', () => {
    const { findings, see, recover, wait } = house();
    see(cause, evidence('critical'), 0);
    see(cause, evidence('critical'), 1);
    recover(cause, 0);
    findings.rankForgotten('r', 1);
    wait(120);
    expect(findings.resolved).toMatchObject([{ resolution: 'expired' }]);
  });

  it('waits no longer for a rank that has ended, but for those that go on', () => {
    const { findings, see, recover, wait } = house();
    for (const rank of [0, 1]) see(cause, evidence('critical'), rank);
    wait(500);
    findings.rankEnded('r', 0);
    findings.rankEnded('other', 1);
    wait(500);
    expect(findings.open).toHaveLength(1);
    findings.rankEnded('r', 1);
    wait(119);
    expect(findings.open).toHaveLength(1);
    wait(1);
    expect(findings.resolved).toMatchObject([{ resolution: 'expired' }]);
    // It is back, and slow again.
    see(cause, evidence('critical'), 1);
    findings.rankEnded('r', 1);
    see(cause, evidence('critical'), 0);
    wait(500);
    expect(findings.open).toMatchObject([{ id: 'abc-2' }]);
    recover(cause, 0);
    findings.rankEnded('r', 0);
    wait(1);
    expect(findings.resolved).toMatchObject([{ resolution: 'recovered' }, { resolution: 'expired' }]);
  });

  it('ends with a rank all that is found of it, by whatever series, except for how it ended', () => {
    const { findings, see, wait } = house();
    const leak: DetectorFacts = { ...facts, kind: 'effect', subject: 'series' };
    for (const rank of [0, 1]) {
      const of = { detector: leak, run: 'r', rank, uuid: null, witness: `process ${rank}` };
      findings.report({ ...of, verdict: { status: 'evidence', ...evidence('warning') } });
    }
    see(lost, evidence('critical'), 1);
    findings.rankEnded('r', 1);
    wait(120);
    expect(findings.open).toMatchObject([
      { kind: 'effect', subject: { rank: 0 } },
      { kind: 'lost', subject: { rank: 1 } },
    ]);
  });

  it('ends with the run what its ranks took along one after the other', () => {
    const { findings, see, wait } = house();
    see(cause, evidence('critical'), 0);
    wait(500);
    findings.rankEnded('r', 0);
    wait(60);
    findings.rankEnded('r', 1);
    findings.runEnded('r');
    wait(60);
    expect(findings.resolved).toMatchObject([{ resolution: 'run_ended' }]);
  });

  it('attaches consequences to the first cause, in whichever order they are seen', () => {
    const { findings, see, told } = house();
    see(effect, evidence('warning'));
    see(middle, evidence('warning'));
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual(['abc-2', null]);
    see(cause, evidence('critical'));
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual(['abc-3', 'abc-3', null]);
    see(effect, evidence('critical'));
    expect(findings.open[0]?.consequenceOf).toBe('abc-3');
    expect(told()).toEqual([
      'opened effect',
      'opened middle',
      'amended effect',
      'opened cause',
      'amended middle',
      'amended effect',
      'worsened effect',
    ]);
  });

  it('attaches nothing of another run, nor of another time', () => {
    const { findings, see, clock } = house();
    see(cause, evidence('critical'));
    see(effect, evidence('warning'), 0, 'other');
    clock.now += 301;
    see(effect, evidence('warning', 70));
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual([null, null, null]);
  });

  it('leaves what has a cause with it, whatever else comes that would explain it', () => {
    const { findings, see } = house();
    see(middle, evidence('info', 7));
    see(cause, { ...evidence('critical', 400), firstStep: 400 });
    see(effect, evidence('critical', 400));
    expect(findings.open[2]?.consequenceOf).toBe('abc-2');
    see(middle, { ...evidence('critical', 60), firstStep: 7 });
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual([null, null, 'abc-2']);
  });

  it('attaches what was there before to the cause of its becoming worse', () => {
    const { findings, see, wait } = house();
    see(effect, evidence('info', 1));
    wait(600);
    see(cause, evidence('warning', 700));
    see(effect, { ...evidence('warning', 800), firstStep: 701 });
    expect(findings.open).toMatchObject([{ kind: 'effect', firstStep: 1, consequenceOf: 'abc-2' }, {}]);
  });

  it('attaches nothing that began well before the steps of its cause', () => {
    for (const [firstStep, attached] of [
      [92, true],
      [91, false],
    ] as const) {
      const { findings, see } = house();
      see(effect, { ...evidence('warning'), firstStep });
      see(cause, { ...evidence('critical'), firstStep: 100 });
      expect(findings.open.map(({ consequenceOf }) => consequenceOf !== null)).toEqual([attached, false]);
    }
  });

  it('never hides a finding behind a milder one of other steps', () => {
    const { findings, see } = house();
    see(cause, evidence('warning'));
    see(effect, { ...evidence('warning'), firstStep: 120 });
    expect(findings.open[1]?.consequenceOf).toBe('abc-1');
    see(effect, { ...evidence('critical'), firstStep: 120 });
    expect(findings.open[1]).toMatchObject({ severity: 'critical', consequenceOf: null });
    see(cause, evidence('critical'));
    expect(findings.open[1]?.consequenceOf).toBe('abc-1');
  });

  it('is as bad as what follows from it at the same steps', () => {
    const { findings, see } = house();
    see(cause, evidence('warning'));
    see(effect, evidence('critical'));
    expect(findings.open).toMatchObject([{ severity: 'critical' }, { severity: 'critical', consequenceOf: 'abc-1' }]);
  });

  it('is no worse by what follows from it at the same steps and alerts nobody', () => {
    const { findings, see } = house();
    see(untold, evidence('critical'));
    see(cause, evidence('warning'));
    see(untold, { ...evidence('critical'), firstStep: 120 }, 0, 'other');
    see(cause, evidence('warning'), 0, 'other');
    expect(findings.open).toMatchObject([
      { kind: 'untold', severity: 'critical', consequenceOf: 'abc-2' },
      { kind: 'cause', severity: 'warning', consequenceOf: null },
      { kind: 'untold', severity: 'critical', consequenceOf: null },
      { kind: 'cause', severity: 'warning', consequenceOf: null },
    ]);
  });

  it('lets a consequence stand for itself when it outlives its cause', () => {
    const { findings, see, recover, wait, told } = house();
    see(cause, evidence('critical'));
    see(effect, evidence('warning'));
    recover(cause);
    wait(120);
    expect(findings.open).toMatchObject([{ kind: 'effect', consequenceOf: null }]);
    expect(told().slice(-2)).toEqual(['resolved cause', 'amended effect']);
  });

  it('keeps a consequence behind a cause that has ended until it is seen to go on', () => {
    const { findings, see, recover, wait, told } = house();
    see(cause, evidence('critical', 100));
    see(effect, evidence('warning', 110, { judgedFrom: 11 }));
    recover(cause);
    wait(120);
    expect(told().at(-1)).toBe('resolved cause');
    see(effect, evidence('warning', 199, { judgedFrom: 100 }));
    expect(findings.open).toMatchObject([{ kind: 'effect', consequenceOf: 'abc-1' }]);
    see(effect, evidence('warning', 200, { judgedFrom: 101 }));
    expect(findings.open).toMatchObject([{ kind: 'effect', consequenceOf: null }]);
    expect(told().at(-1)).toBe('amended effect');
  });

  it('attaches what goes on after its cause to what has caused it since', () => {
    const { findings, see, recover, wait } = house();
    see(cause, evidence('critical', 100));
    see(effect, evidence('warning', 110));
    wait(60);
    see(middle, evidence('warning', 400));
    see(effect, evidence('warning', 500, { judgedFrom: 401 }));
    expect(findings.open).toMatchObject([{}, { consequenceOf: 'abc-1' }, {}]);
    recover(cause);
    wait(120);
    expect(findings.open).toMatchObject([
      { kind: 'effect', consequenceOf: 'abc-3' },
      { kind: 'middle', consequenceOf: null },
    ]);
  });

  it('lets a consequence end quietly with its cause', () => {
    const { findings, see, recover, wait, told } = house();
    see(cause, evidence('critical'));
    wait(1);
    see(effect, evidence('warning'));
    recover(cause);
    recover(effect);
    wait(119);
    expect(findings.open).toMatchObject([{ kind: 'effect', consequenceOf: 'abc-1' }]);
    wait(1);
    expect(told().slice(-2)).toEqual(['resolved cause', 'resolved effect']);
  });

  it('refuses and counts what is beyond the limit, and remembers so many', () => {
    const { findings, see, recover, wait, lines } = house({ max_open: 3 });
    for (const rank of [0, 1, 2, 3]) see(lost, evidence('critical'), rank);
    expect(findings.open).toHaveLength(3);
    expect(lines('gradwatch_findings_refused_total{kind="lost"}')).toEqual([
      'gradwatch_findings_refused_total{kind="lost"} 1',
    ]);
    for (const rank of [0, 1, 2]) recover(lost, rank);
    wait(120);
    expect(findings.resolved.map(({ id }) => id)).toEqual(['abc-3', 'abc-2']);
  });

  it('makes room for what is found by what is over, or of a run that has ended', () => {
    const known = { endedAt: (run: string) => (run === 'ended' ? 900 : null) };
    const { findings, see, recover, told } = findingsHouse([cause, effect, lost], { max_open: 4 }, known);
    see(cause, evidence('critical'), 0, 'ended');
    see(effect, evidence('critical'), 0, 'ended');
    for (const rank of [0, 1]) see(lost, evidence('critical'), rank);
    recover(lost, 1);
    for (const rank of [2, 3, 4, 5]) see(lost, evidence('critical'), rank);
    expect(findings.open.map(({ subject }) => subject.rank)).toEqual([0, 2, 3, 4]);
    expect(told().filter((each) => each.startsWith('resolved'))).toEqual([
      'resolved lost',
      'resolved effect',
      'resolved cause',
    ]);
  });

  it('makes no room for the end of a run by another of its findings', () => {
    const { findings, see } = findingsHouse([lost], { max_open: 2 }, { endedAt: () => 900 });
    for (const rank of [0, 1, 2]) see(lost, evidence('critical'), rank);
    expect(findings.open.map(({ subject }) => subject.rank)).toEqual([0, 1]);
  });

  it('shows open findings as series and takes them away at their end', () => {
    const { see, recover, wait, lines } = house();
    expect(lines('gradwatch_findings_total')).toHaveLength(15);
    see(lost, evidence('critical', 41, { firstStep: 40, score: 2, cause: `say "hi"\n${'x'.repeat(400)}` }), 3);
    expect(lines('gradwatch_finding_severity')).toEqual([
      'gradwatch_finding_severity{finding="abc-1",kind="lost",run="r",rank="3",uuid=""} 3',
    ]);
    expect(lines('gradwatch_finding_info')).toEqual([
      `gradwatch_finding_info{finding="abc-1",cause="say \\"hi\\"\\n${'x'.repeat(374)}…",advice="advice",first_rank="3",consequence_of=""} 1`,
    ]);
    expect(lines('gradwatch_finding_first_step')).toEqual(['gradwatch_finding_first_step{finding="abc-1"} 40']);
    expect(lines('gradwatch_finding_score')).toEqual(['gradwatch_finding_score{finding="abc-1"} 2']);
    recover(lost, 3);
    wait(120);
    expect(lines('gradwatch_finding_').filter((line) => line.includes('finding='))).toEqual([]);
  });

  it('stops telling who has unsubscribed', () => {
    const { findings, see } = house();
    const heard: FindingChange[] = [];
    const stop = findings.subscribe((change) => heard.push(change));
    see(cause, evidence('info'));
    stop();
    see(cause, evidence('critical'));
    expect(heard.map(({ change }) => change)).toEqual(['opened']);
  });
});
