import { describe, expect, it } from 'vitest';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts } from '../detect/index.ts';
import type { GpuReport } from '../gpu/index.ts';
import { renderPage, type Shown } from './page.ts';

const quiet: Shown = {
  version: '1.2.3',
  waiting: () => [],
  gpus: () => [],
  collectors: () => [],
  runs: () => [],
  findings: { open: [], silences: [] },
};
const found = { meaning: '', alert: 'none', endsWithRun: true } as const;
const spike: DetectorFacts = { ...found, kind: 'spike', subject: 'run', explains: ['lost'] };
const lost: DetectorFacts = { ...found, kind: 'lost', subject: 'rank', explains: [] };
const everywhere = { kind: '*', rank: '*', uuid: '*', author: 'bob', comment: 'known' } as const;
const h100: GpuReport = {
  ...{ gpu: '0', uuid: 'GPU-1', name: 'NVIDIA H100', state: 'ok' },
  ...{ utilization: 0.974, memoryUsed: 30.5 * 2 ** 30, memoryTotal: 80 * 2 ** 30, temperature: 61, power: 412.4 },
};
const nothingRead = { utilization: null, memoryUsed: null, memoryTotal: null, temperature: null, power: null };

describe('the page', () => {
  it('shows every GPU in the units in which people speak of them', () => {
    const [row] = rows({ gpus: () => [h100] });
    expect(row).toEqual(['0', 'NVIDIA H100', 'ok', '97 %', '30.5 of 80.0 GiB', '61 °C', '412 W']);
  });

  it('shows a dash for what was not read, and zero for what was read as zero', () => {
    const lost = { ...h100, ...nothingRead, name: '', state: 'requires_reset' } as const;
    const idle = { ...h100, utilization: 0, memoryTotal: null } as const;
    const [first, second] = rows({ gpus: () => [lost, idle] });
    expect(first).toEqual(['0', '–', 'requires reset', '–', '–', '–', '–']);
    expect(second?.slice(3, 5)).toEqual(['0 %', '30.5 of – GiB']);
  });

  it('tells how each collector does, and why one does not work', () => {
    const shown = rows({
      collectors: () => [
        { name: 'cpu', state: 'works' },
        { name: 'gpu', state: 'failing', reason: 'hung', message: 'nvidia-smi prints nothing' },
        { name: 'infiniband', state: 'absent', reason: 'not_on_this_machine', message: 'there is no port' },
        { name: 'disk', state: 'starting' },
      ],
    });
    expect(shown).toEqual([
      ['cpu', 'works', '', ''],
      ['gpu', 'failing', 'hung', 'nvidia-smi prints nothing'],
      ['infiniband', 'absent', 'not on this machine', 'there is no port'],
      ['disk', 'starting', '', ''],
    ]);
  });

  it('shows what is found with who knows of it, causes before consequences and the worst first', () => {
    const { findings, see } = findingsHouse([spike, lost]);
    see(spike, evidence('warning'));
    see(lost, evidence('warning', 9), 2);
    see(lost, evidence('critical', 3), 1, 'other <run>');
    findings.silence({ ...everywhere, run: 'other <run>', expiresAt: 4600 });
    findings.acknowledge('abc-1', 'ada', 'looking');
    expect(rows({ findings })).toEqual([
      [
        ...['critical', 'lost', 'other &#60;run&#62;', '1', '–', '1970-01-01T00:16:40Z', '3', 'cause at 3', 'advice'],
        'silenced by bob until 1970-01-01T01:16:40Z (known)',
      ],
      [
        ...['warning', 'spike', 'r', '–', '–', '1970-01-01T00:16:40Z', '7'],
        ...['cause at 7; cause at 9, first seen at the same time.', 'advice'],
        'acknowledged by ada at 1970-01-01T00:16:40Z (looking)',
      ],
      [
        ...['warning', 'lost', 'r', '2', '–', '1970-01-01T00:16:40Z', '9'],
        ...['cause at 9; cause at 7, first seen at the same time.', 'advice', 'consequence of abc-1'],
      ],
    ]);
  });

  it('says so where there is nothing to show', () => {
    const page = renderPage(quiet);
    for (const sentence of ['None seen.', 'All are switched off.', 'None yet.', 'None.'])
      expect(page).toContain(`<p>${sentence}</p>`);
    expect(page).not.toContain('<table>');
  });

  it('escapes what a driver or a failure says', () => {
    const page = renderPage({
      ...quiet,
      gpus: () => [{ ...h100, gpu: '<i>', name: '"<script>alert(1)</script>' }],
      collectors: () => [{ name: 'gpu', state: 'failing', reason: '<b>', message: "<img src=x onerror='1'>" }],
      waiting: () => ['<u>'],
    });
    expect(page).not.toMatch(/<(?:script|img|b|i|u)\b/);
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).toContain('&#60;img src=x onerror=&#39;1&#39;&#62;');
  });
});

/** The texts of the cells of all tables, by row, without those of headings. */
function rows(shown: Partial<Shown>): readonly (readonly string[])[] {
  const page = renderPage({ ...quiet, ...shown });
  const found = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, cells]) =>
    [...(cells ?? '').matchAll(/<td>(.*?)<\/td>/gs)].map(([, text]) => text ?? ''),
  );
  return found.filter((cells) => cells.length > 0);
}
