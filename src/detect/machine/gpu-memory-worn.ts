import { duration, integer } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { cardDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { patience, Spell } from './spell.ts';

const counters = ['gradwatch_gpu_remapped_rows_total', 'gradwatch_gpu_retired_pages_total'] as const;

/**
 * Memory that is repaired again and again wears out: a bank has eight spare rows (pages retired without a spare are lost), and where none is
 * left the next error that ECC cannot correct makes the card one to be replaced. NVIDIA GPU Memory Error Management, RMA policy.
 */
export const gpuMemoryWorn = cardDetector({
  kind: 'gpu_memory_worn',
  meaning: 'the memory of a GPU is repaired again and again, or has a bank without a spare row',
  explains: [],
  alert: 'rank_degraded',
  collectors: ['gpu', 'gpu_detail'],
  reads: [...counters, 'gradwatch_gpu_remap_banks'],
  options: detectorOptions({
    repairs: integer({ default: 4, min: 1, max: 512, help: 'Rows remapped and pages retired within the window' }),
    window: duration({ default: '1d', min: '1h', max: '30d', help: 'Time over which they are counted' }),
    ...patience('0s', '1h'),
  }),
  start: () => ({ rises: new Map<string, Rise>(), spell: new Spell() }),
  observe({ rises, spell }, card, { repairs, window, ...waits }, { time }) {
    const exhausted = card.read('gradwatch_gpu_remap_banks', { availability: 'none' });
    const told = counters.flatMap((name) => card.all(name).map((sample) => ({ name, ...sample })));
    if (told.length === 0 && exhausted === null) return quiet;
    for (const { name, labels, value } of told) {
      const series = `${name} ${labels.get('severity') ?? labels.get('cause') ?? ''}`;
      const rise = rises.get(series) ?? new Rise(window);
      rises.set(series, rise);
      rise.push(time, value);
    }
    const all = [...rises.values()];
    const recent = all.reduce((sum, { rise }) => sum + rise, 0);
    const since = Math.min(window, Math.max(0, ...all.map((rise) => rise.span(time))));
    const spareless = exhausted ?? 0;
    const signs = [
      ...(spareless > 0
        ? [`${figure(spareless)} of its banks ${spareless === 1 ? 'has' : 'have'} no spare row left`]
        : []),
      ...(recent >= repairs ? [`${figure(recent)} rows or pages were repaired within the last ${span(since)}`] : []),
    ];
    return spell.judge(time, signs.length > 0, waits, () => ({
      severity: spareless > 0 ? 'warning' : 'info',
      score: spareless > 0 ? spareless : recent,
      threshold: spareless > 0 ? 1 : repairs,
      cause: `The memory of ${card.name} wears out: ${signs.join('; ')}.`,
      advice:
        'Run the field diagnostic at the next pause, and have another card ready: the next error there that ECC cannot correct may not be repaired.',
    }));
  },
});
