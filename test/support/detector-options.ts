import type { StrictObjectSchema } from 'valibot';
import { readConfig } from '../../src/config/index.ts';
import type { DetectorOptions, DetectorSchema } from '../../src/detect/detector.ts';

/** The options of a detector: its defaults, but for those that are given as flags. @throws Error with the mistakes in them */
export function optionsOf(
  detector: { readonly options: DetectorSchema },
  flags: Readonly<Record<string, string>> = {},
): DetectorOptions {
  const schema = detector.options as unknown as StrictObjectSchema<Record<string, never>, undefined>;
  const read = readConfig(schema, { flags });
  if (!('value' in read)) throw new Error(JSON.stringify(read.mistakes));
  return read.value as unknown as DetectorOptions;
}
