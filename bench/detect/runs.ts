import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as valibot from 'valibot';
import { detectOptions } from '../../src/detect/index.ts';
import { findingsOptions, type Finding } from '../../src/findings/index.ts';
import { readRecording, Replay, type Row } from '../../src/replay/index.ts';
import { Vocabulary } from '../../src/scalars/index.ts';

/** A labelled run: `training/<corpus>/labels.json` names it, a CSV beside it holds its rows. */
export interface Label {
  readonly file: string;
  readonly class: string;
  readonly anomalies: readonly Anomaly[];
  /** Hardly spiky: an alarm there is neither right nor wrong. */
  readonly weak?: boolean;
  /** Where loss spikes are known, both ends included; absent or null where nothing is known. */
  readonly labelled_steps?: readonly [number, number] | null;
}

export interface Anomaly {
  readonly kind: string;
  readonly start_step: number;
  readonly end_step: number;
  readonly weak?: boolean;
}

export interface JudgedRun {
  readonly corpus: string;
  readonly label: Label;
  readonly rows: readonly Row[];
  /** What was found, each as it stood at an opening or worsening. */
  readonly alarms: readonly Finding[];
  /** Steps at which the detector of a kind gave evidence that opened, continued or worsened a finding. */
  readonly evidence: ReadonlyMap<string, ReadonlySet<number>>;
}

/** The options of a detector at their defaults. */
export function defaultsOf<Schema extends valibot.GenericSchema>(schema: Schema): valibot.InferOutput<Schema> {
  return valibot.parse(schema, {});
}

const options = {
  detect: valibot.parse(
    detectOptions,
    Object.fromEntries(Object.keys(detectOptions.entries).map((kind) => [kind, {}])),
  ),
  findings: valibot.parse(findingsOptions, {}),
};

/** Every labelled run below `data/training`, read and judged one after the other. */
export async function* judgedRuns(data: string): AsyncGenerator<JudgedRun> {
  const training = join(data, 'training');
  const vocabulary = Vocabulary.of([], '--map');
  if ('error' in vocabulary || !existsSync(training)) return;
  for (const corpus of readdirSync(training).sort()) {
    const labels = join(training, corpus, 'labels.json');
    if (!existsSync(labels)) continue;
    const { runs } = JSON.parse(readFileSync(labels, 'utf8')) as { readonly runs: Readonly<Record<string, Label>> };
    for (const label of Object.values(runs)) {
      const rows: Row[] = [];
      const complain = (line: number, error: string) => {
        console.error(`${corpus}/${label.file}:${line}: ${error}`);
      };
      await readRecording(join(training, corpus, label.file), vocabulary.value, (row) => rows.push(row), complain);
      yield judge(corpus, label, rows);
    }
  }
}

/** What the detectors say of rows, at their defaults. */
export function judge(corpus: string, label: Label, rows: readonly Row[]): JudgedRun {
  const alarms: Finding[] = [];
  const evidence = new Map<string, Set<number>>();
  const replay = new Replay(
    label.file,
    options,
    ({ change, finding }) => {
      if (change === 'opened' || change === 'worsened') alarms.push(finding);
    },
    ({ detector, verdict }) => {
      if (verdict.status !== 'evidence' || verdict.step === null) return;
      const steps = evidence.get(detector.kind) ?? new Set<number>();
      evidence.set(detector.kind, steps.add(verdict.step));
    },
  );
  for (const row of rows) replay.take(row);
  replay.end();
  return { corpus, label, rows, alarms, evidence };
}
