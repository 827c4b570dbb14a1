import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { findingsLog, type FindingsLogParts } from './findings-log.ts';

const finding: Finding = {
  id: 'abc-1',
  kind: 'gradient_explosion',
  severity: 'critical',
  subject: { run: 'r', rank: null, uuid: null },
  firstRank: 2,
  firstStep: 200,
  detectedStep: 201,
  lastStep: 203,
  score: Infinity,
  threshold: 16,
  baseline: 0.5,
  window: 64,
  cause: 'The gradient norm\nrose.',
  advice: 'Go back.',
  openedAt: 1_700_000_000,
  lastEvidenceAt: 1_700_000_001,
  consequenceOf: null,
  worsenedAt: null,
  silencedBy: null,
  acknowledgement: null,
  escalated: false,
  resolution: 'recovered',
  resolvedAt: 1_700_000_121.5,
};

const parts: FindingsLogParts = {
  ...{ now: () => 1_700_000_122, host: 'gpu-1', version: '1.2.3' },
  detectors: [
    {
      ...{ kind: 'gradient_explosion', subject: 'run', meaning: 'the gradient explodes' },
      ...{ explains: [], alert: 'none', endsWithRun: true },
    },
  ],
};

describe('findingsLog', () => {
  it('writes one line in ECS fields for a change', () => {
    const lines: string[] = [];
    const log = findingsLog({ write: (line) => lines.push(line) }, parts);
    log({ change: 'resolved', finding });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0]!)).toEqual({
      '@timestamp': '2023-11-14T22:15:22.000Z',
      'ecs.version': '8.11.0',
      'log.level': 'error',
      message: 'The gradient norm\nrose.',
      'event.kind': 'alert',
      'event.category': ['process'],
      'event.type': ['end'],
      'event.action': 'finding-resolved',
      'event.provider': 'gradwatch',
      'event.module': 'gradwatch',
      'event.dataset': 'gradwatch.findings',
      'event.severity': 3,
      'event.start': '2023-11-14T22:13:20.000Z',
      'event.end': '2023-11-14T22:15:21.500Z',
      'event.duration': 121_500_000_000,
      'host.name': 'gpu-1',
      'service.name': 'gradwatch',
      'service.version': '1.2.3',
      'rule.name': 'gradient_explosion',
      'rule.description': 'the gradient explodes',
      labels: { finding: 'abc-1', severity: 'critical', run: 'r' },
      'gradwatch.finding': {
        advice: 'Go back.',
        first_rank: 2,
        first_step: 200,
        detected_step: 201,
        last_step: 203,
        score: null,
        threshold: 16,
        baseline: 0.5,
        window: 64,
        consequence_of: null,
        silenced_by: null,
        acknowledgement: null,
        resolution: 'recovered',
      },
    });
  });

  it('has no end while the finding is open', () => {
    const lines: string[] = [];
    findingsLog(
      { write: (line) => lines.push(line) },
      parts,
    )({
      change: 'opened',
      finding: { ...finding, resolvedAt: null, resolution: null, subject: { run: 'r', rank: 2, uuid: null } },
    });
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(line).not.toHaveProperty(['event.end']);
    expect(line['labels']).toEqual({ finding: 'abc-1', severity: 'critical', run: 'r', rank: '2' });
  });

  it('names who has acknowledged, and the machine where no run is concerned', () => {
    const lines: string[] = [];
    const acknowledgement = { author: 'ada', note: 'looking', at: 1_700_000_060 };
    const subject = { run: null, rank: null, uuid: 'GPU-1' };
    const log = findingsLog({ write: (line) => lines.push(line) }, parts);
    log({ change: 'acknowledged', finding: { ...finding, subject, acknowledgement } });
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(line).toMatchObject({
      'user.name': 'ada',
      'event.category': ['host'],
      'event.type': ['change'],
      'gradwatch.finding': { acknowledgement },
    });
  });
});
