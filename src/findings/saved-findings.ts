import * as v from 'valibot';
import { severities, type DetectorFacts } from '../detect/index.ts';
import type { RankIdentity } from '../runs/index.ts';
import type { Section } from '../snapshot/index.ts';
import { resolutions, type Finding } from './finding.ts';
import type { Findings } from './findings.ts';
import { Incident } from './incident.ts';
import { Sentence } from './sentence.ts';

const number = v.union([v.number(), v.nan()]);
const step = v.nullable(v.number());
const text = v.nullable(v.string());
const resolution = v.nullable(v.picklist(resolutions));

const savedFinding = v.object({
  id: v.string(),
  kind: v.string(),
  subject: v.object({ run: text, rank: v.nullable(v.number()), uuid: text }),
  firstRank: v.nullable(v.number()),
  severity: v.picklist(severities),
  firstStep: step,
  detectedStep: step,
  lastStep: step,
  openedAt: v.number(),
  lastEvidenceAt: v.number(),
  worsenedAt: v.optional(v.nullable(v.number()), null),
  score: number,
  threshold: number,
  baseline: v.nullable(number),
  window: v.number(),
  cause: v.string(),
  advice: v.string(),
  consequenceOf: text,
  silencedBy: v.optional(text, null),
  acknowledgement: v.optional(v.nullable(v.object({ author: v.string(), note: v.string(), at: v.number() })), null),
  escalated: v.optional(v.boolean(), false),
  resolution,
  resolvedAt: v.nullable(v.number()),
});

const savedSilence = v.object({
  id: v.string(),
  run: v.string(),
  kind: v.string(),
  rank: v.union([v.number(), v.literal('*')]),
  uuid: v.string(),
  createdAt: v.number(),
  expiresAt: v.number(),
  author: v.string(),
  comment: v.string(),
});

const witness = v.union([v.number(), v.string()]);
const told = v.object({ words: v.string(), openedAt: v.number() });

/** See Beside: snapshots of before knew less of it. */
const savedBeside = v.object({
  words: v.optional(v.string()),
  origin: v.optional(
    v.nullable(v.object({ witness, step: v.number(), own: v.boolean(), alone: v.boolean(), told: witness })),
    null,
  ),
  worsened: v.optional(v.nullable(v.object({ firstStep: step, seenAt: v.number() })), null),
  effect: v.optional(v.nullable(v.object({ ...told.entries, ofRank: v.boolean() })), null),
  reason: v.optional(v.nullable(told), null),
  alike: v.optional(v.number(), 0),
});

const savedPart = v.union([
  v.object({ silence: savedSilence }),
  v.object({
    open: savedFinding,
    ...savedBeside.entries,
    disturbed: v.array(witness),
    closing: resolution,
  }),
  v.object({ resolved: savedFinding }),
  v.object({ counted: v.array(v.object({ kind: v.string(), severity: v.picklist(severities), total: v.number() })) }),
]);

export interface FindingsSectionParts {
  readonly detectors: readonly DetectorFacts[];
  /** Whether a detector can still tell that a rank has recovered: it knows what it held of it before the restart. */
  readonly canTellRecovery: (kind: string, identity: RankIdentity) => boolean;
  /** Told of each open finding that is back. */
  readonly back: (finding: Finding) => void;
}

/**
 * The findings as they outlive the exporter: silences, those that are open with their ids, so that no alert fires again under another one, those
 * that were resolved last, and the counts. What nobody can tell the end of any more is closed as expired after its hold, unless there
 * is new evidence by then.
 */
export function findingsSection(findings: Findings, parts: FindingsSectionParts): Section {
  const { detectors, canTellRecovery, back } = parts;
  return {
    name: 'findings',
    version: 1,
    revision: () => findings.revision,
    *save(): Generator<v.InferOutput<typeof savedPart>> {
      yield { counted: findings.counted };
      for (const silence of findings.silences) yield { silence };
      for (const { finding, beside, disturbed, closing } of findings.incidents) {
        yield { open: finding, ...beside, disturbed: [...disturbed], closing };
      }
      for (const resolved of findings.resolved.toReversed()) yield { resolved };
    },
    restore: (saved) => {
      const read = v.safeParse(savedPart, saved);
      if (!read.success) return 'it is not of the expected shape';
      const part = read.output;
      if ('silence' in part) findings.putBackSilence(part.silence);
      if ('resolved' in part) findings.keepResolved(part.resolved);
      if ('counted' in part) findings.putBackCounts(part.counted);
      if (!('open' in part)) return null;
      const detector = detectors.find(({ kind }) => kind === part.open.kind);
      if (detector === undefined) return `there is no detector ${JSON.stringify(part.open.kind)} any more`;
      const sentence = new Sentence({ ...part, words: part.words ?? part.open.cause });
      const incident = new Incident(detector, part.open, part.disturbed, sentence, part.worsened);
      incident.closing = part.closing;
      return findings.putBack(incident) ? null : 'there is no place for it';
    },
    restored: () => {
      for (const incident of findings.incidents) {
        const { kind, subject } = incident.finding;
        for (const witness of [...incident.disturbed]) {
          const told =
            subject.run !== null &&
            typeof witness === 'number' &&
            canTellRecovery(kind, { run: subject.run, rank: witness });
          if (!told) incident.calm(witness, 'expired');
        }
        back(incident.finding);
      }
      // A silence may have ended meanwhile.
      findings.reviewSilences();
    },
  };
}
