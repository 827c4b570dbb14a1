import { describe, expect, it } from 'vitest';
import { detectors } from './index.ts';

describe('the kinds that explain others', () => {
  const explaining = detectors.filter(({ explains }) => explains.length > 0);

  it.each(explaining)('$kind names kinds that there are', ({ explains }) => {
    const kinds = detectors.map(({ kind }) => kind as string);
    expect(explains.filter((kind) => !kinds.includes(kind))).toEqual([]);
  });

  it.each(explaining)('$kind does not keep from people what would alert them', ({ alert, explains }) => {
    const alerting = detectors.filter(({ kind, alert: named }) => explains.includes(kind) && named !== 'none');
    expect(alert === 'none' ? alerting : []).toEqual([]);
  });

  // Of two kinds that explain each other the findings say which one leads, and of more that nothing follows from itself.
  it.each(explaining)('$kind does not explain itself but for kinds that it explains in turn', ({ kind }) => {
    const explainedBy = (from: string): readonly string[] =>
      detectors.find((each) => each.kind === from)?.explains ?? [];
    const reached = (from: string, seen: ReadonlySet<string>): ReadonlySet<string> =>
      explainedBy(from)
        .filter((next) => !explainedBy(next).includes(from) && !seen.has(next))
        .reduce((all, next) => reached(next, new Set([...all, next])), seen);
    expect([...reached(kind, new Set())].filter((other) => other === kind)).toEqual([]);
  });
});
