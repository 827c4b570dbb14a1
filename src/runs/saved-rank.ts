import * as v from 'valibot';
import { dimensions, roles } from './hello.ts';
import { savedIntake } from './intake.ts';
import { endStates } from './observation.ts';
import { savedProgress } from './progress.ts';
import { savedCounts } from './rank-counts.ts';
import { savedReports } from './rank-reports.ts';
import { savedSteps } from './recent-steps.ts';
import { savedByName } from './saved-by-name.ts';
import { savedShown } from './shown-step.ts';

const text = v.nullable(v.string());
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const coordinate = v.object({ index: whole, size: whole });

const savedHello = v.object({
  run: v.string(),
  session: v.string(),
  rank: whole,
  worldSize: whole,
  localRank: v.nullable(whole),
  attempt: whole,
  node: text,
  gpuUuid: text,
  framework: text,
  model: text,
  process: v.nullable(v.object({ pid: whole, bootId: v.string(), startTicks: whole, pidNamespace: v.optional(whole) })),
  // An older snapshot has none of these.
  job: v.optional(text, null),
  role: v.optional(v.picklist(roles), 'training'),
  parallel: v.optional(v.object(v.entriesFromList(dimensions, v.optional(coordinate))), {}),
  labels: v.optional(savedByName(v.string()), {}),
  pod: v.optional(v.object({ namespace: v.string(), name: v.string() })),
});

/** What outlives the exporter of a rank. */
export const savedRank = v.object({
  hello: savedHello,
  intake: savedIntake,
  counts: savedCounts,
  // An older snapshot has none.
  progress: v.optional(savedProgress),
  steps: savedSteps,
  shown: savedShown,
  reports: v.optional(savedReports),
  durations: v.optional(v.nullable(v.array(v.number()))),
  stepped: v.boolean(),
  calledAt: v.optional(v.nullable(v.number())),
  ended: v.nullable(v.object({ state: v.picklist(endStates), at: v.number() })),
});
export type SavedRank = v.InferOutput<typeof savedRank>;
