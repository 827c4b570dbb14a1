import type { FindingChange } from '../../src/findings/index.ts';

/** A gradient that explodes in the run `digits`. */
export const explosion: FindingChange = {
  change: 'opened',
  finding: {
    id: 'f1',
    kind: 'gradient_explosion',
    subject: { run: 'digits', rank: null, uuid: null },
    firstRank: 0,
    severity: 'critical',
    firstStep: 98,
    detectedStep: 100,
    lastStep: 100,
    score: 12.5,
    threshold: 10,
    baseline: 1,
    window: 50,
    cause: 'the gradient norm rose',
    advice: 'lower the learning rate',
    openedAt: 1000,
    lastEvidenceAt: 1000,
    consequenceOf: null,
    worsenedAt: null,
    silencedBy: null,
    acknowledgement: null,
    escalated: false,
    resolution: null,
    resolvedAt: null,
  },
};
