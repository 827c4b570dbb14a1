import type { Layer, LayerReport, Observed } from '../../runs/index.ts';
import { quiet, type Severity, type Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';

/** Layers that a sentence names. */
const mostNamed = 3;

/** A layer that breaks a rule: by how much, and the figure that says so. */
export interface Offence {
  readonly score: number;
  readonly threshold: number;
}

export interface LayerRuleState {
  readonly episode: Episode;
  /** Reports in a row in which a layer broke the rule, by its name; null before any did. */
  streaks: Record<string, number> | null;
  since: number;
}

export interface LayerRule {
  /** Null for a layer that keeps the rule; undefined for one that does not tell the figure. */
  readonly offence: (layer: Layer) => Offence | null | undefined;
  /** Reports in a row that make it evidence. */
  readonly patience: number;
  readonly severity: Severity;
  /** What the layers do, with a figure: "more than half of the units are dead". */
  readonly sentence: (worst: Layer) => string;
  readonly advice: string;
}

export const startLayerRule = (): LayerRuleState => ({ episode: new Episode(), streaks: null, since: 0 });

/** Evidence when a layer breaks a rule in so many reports in a row, with the names of such layers; recovered when no layer does. */
export function judgeLayers(
  state: LayerRuleState,
  { rank, step, layers }: Observed<LayerReport>,
  { offence, patience, severity, sentence, advice }: LayerRule,
): Verdict {
  const before = state.streaks ?? {};
  const streaks: Record<string, number> = {};
  const lasting: { readonly layer: Layer; readonly offence: Offence }[] = [];
  let judged = 0;
  for (const layer of layers) {
    const found = offence(layer);
    if (found === undefined) continue;
    judged += 1;
    if (found === null) continue;
    const streak = (before[layer.name] ?? 0) + 1;
    streaks[layer.name] = streak;
    if (streak >= patience) lasting.push({ layer, offence: found });
  }
  // A report without the figure says nothing: neither better nor worse.
  if (judged === 0) return quiet;
  if (state.streaks === null && Object.keys(streaks).length > 0) state.since = step;
  state.streaks = Object.keys(streaks).length > 0 ? streaks : null;
  if (lasting.length === 0) return state.streaks === null ? state.episode.calm(step, patience) : quiet;
  lasting.sort((one, other) => other.offence.score - one.offence.score);
  const worst = lasting[0];
  if (worst === undefined) return quiet;
  return {
    status: 'evidence',
    severity,
    firstStep: state.episode.disturbed(state.since),
    step,
    score: worst.offence.score,
    threshold: worst.offence.threshold,
    baseline: null,
    window: patience,
    cause: `In ${named(lasting.map(({ layer }) => layer.name))} of rank ${rank} ${sentence(worst.layer)} since step ${state.since}.`,
    advice,
  };
}

/** "layer a", "layers a, b and c", "layers a, b, c and 5 more". */
export function named(names: readonly string[]): string {
  const [first = '', ...rest] = names.slice(0, mostNamed);
  if (names.length === 1) return `layer ${first}`;
  if (names.length > mostNamed) return `layers ${[first, ...rest].join(', ')} and ${names.length - mostNamed} more`;
  return `layers ${[first, ...rest.slice(0, -1)].join(', ')} and ${rest.at(-1) ?? ''}`;
}

/** A share of 0 to 1 as a person reads it. */
export function percent(ratio: number): string {
  return `${figure(100 * ratio)} %`;
}
