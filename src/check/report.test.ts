import { describe, expect, it } from 'vitest';
import { report } from './report.ts';

describe('the report of a check', () => {
  const works = { subject: 'collector load', outcome: 'works', says: 'reads 3 series', notes: [] } as const;
  const absent = { subject: 'collector xid', outcome: 'absent', says: 'it may not be read', notes: [] } as const;
  const failing = { subject: 'http.address', outcome: 'failing', says: 'it is taken', notes: ['a note'] } as const;

  it('counts in its last line what fails and what reads nothing', () => {
    const closing = (...results: Parameters<typeof report>[0]) => report(results).split('\n').at(-2);
    expect(closing(works)).toBe('all that is configured works');
    expect(closing(works, absent)).toBe('all else that is configured works; 1 reads nothing here: collector xid');
    expect(closing(works, absent, failing)).toBe(
      '1 of what is configured will not work; 1 reads nothing here: collector xid',
    );
  });

  it('puts notes below their result', () => {
    expect(report([failing]).split('\n').slice(0, 2)).toEqual([
      'failing  http.address  it is taken',
      '                       a note',
    ]);
  });

  it('steers no terminal by what another program said', () => {
    const shown = report([{ ...failing, says: 'it said \u001b[31mred\u0007\n' }]).split('\n')[0];
    expect(shown).toBe('failing  http.address  it said  [31mred ');
  });
});
