import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordCutter } from '../event-files/index.ts';
import type { EvaluationSlice, ThresholdFailure } from '../runs/index.ts';
import { failuresOf, sliceOf } from './evaluation.ts';

/** What an output folder of TensorFlow Model Analysis tells. */
export interface FolderEvaluation {
  readonly slices: readonly EvaluationSlice[];
  /** Null where there is no result of a validation: then it is not known whether thresholds were kept. */
  readonly failures: readonly ThresholdFailure[] | null;
  /** Slices that were left out because there are more than were asked for. */
  readonly leftOut: number;
  /** Records that were damaged, or no such records. */
  readonly damaged: number;
}

/** Files of an evaluation, as a listing of their folder shows them. */
export interface FolderFiles {
  readonly metrics: readonly string[];
  readonly validation: string | null;
  /** Another text when one of them is another. */
  readonly stamp: string;
  /** When the last one was written, Unix seconds. */
  readonly writtenAt: number;
}

/** A record holds all metrics of a slice, confusion matrices at thousands of thresholds among them. */
const longestSlice = 4 * 1024 * 1024;

/** The files of an evaluation in a folder, null where it has none. @throws Error of the file system */
export async function filesOf(folder: string): Promise<FolderFiles | null> {
  const names = (await readdir(folder)).sort();
  const metrics = names.filter((name) => /^metrics(-\d+-of-\d+)?(\.tfrecord)?$/.test(name));
  const validation = names.find((name) => /^validations(-\d+-of-\d+)?(\.tfrecord)?$/.test(name)) ?? null;
  if (metrics.length === 0) return null;
  const stats = await Promise.all(
    [...metrics, ...(validation === null ? [] : [validation])].map(async (name) => stat(join(folder, name))),
  );
  return {
    metrics,
    validation,
    stamp: stats.map(({ size, mtimeMs, ino }) => `${size} ${mtimeMs} ${ino}`).join(),
    writtenAt: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)) / 1000,
  };
}

/**
 * Reads an evaluation. Of many slices those are kept that are of all data or broke a threshold, then the first ones.
 * @throws Error of the file system
 */
export async function readFolder(folder: string, files: FolderFiles, mostSlices: number): Promise<FolderEvaluation> {
  let damaged = 0;
  const records = async (name: string, take: (record: Buffer) => boolean): Promise<void> => {
    const cutter = new RecordCutter({ held: longestSlice });
    for await (const chunk of createReadStream(join(folder, name)) as AsyncIterable<Buffer>) {
      for (const cut of cutter.push(chunk)) if (cut.kind !== 'record' || !take(cut.bytes)) damaged += 1;
    }
    if (cutter.pending > 0) damaged += 1;
  };
  const found: { failures: readonly ThresholdFailure[] | null } = { failures: null };
  if (files.validation !== null) {
    await records(files.validation, (record) => {
      const failures = failuresOf(record);
      if (failures !== null) found.failures = [...(found.failures ?? []), ...failures];
      return failures !== null;
    });
  }
  const broken = new Set(found.failures?.map(({ slice }) => slice));
  const first: EvaluationSlice[] = [];
  const others: EvaluationSlice[] = [];
  let leftOut = 0;
  for (const name of files.metrics) {
    await records(name, (record) => {
      const slice = sliceOf(record);
      if (slice === undefined) return false;
      if (slice === null) return true;
      const list = slice.slice === '' || broken.has(slice.slice) ? first : others;
      if (list.length < mostSlices) list.push(slice);
      else leftOut += 1;
      return true;
    });
  }
  const slices = [...first, ...others];
  leftOut += Math.max(0, slices.length - mostSlices);
  return { slices: slices.slice(0, mostSlices), failures: found.failures, leftOut, damaged };
}
