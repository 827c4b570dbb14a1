import type { DetectorFacts, DetectorOptions } from './detector.ts';

/** The detectors that the configuration lets run, each with its options. */
export function enabled<Detector extends DetectorFacts>(
  detectors: readonly Detector[],
  options: Readonly<Record<string, DetectorOptions>>,
): { readonly detector: Detector; options: DetectorOptions }[] {
  return detectors.flatMap((detector) => {
    const own = options[detector.kind];
    return own?.enabled === true ? [{ detector, options: own }] : [];
  });
}
