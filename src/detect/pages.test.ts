import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leaves } from '../config/index.ts';
import { everyDetector } from './index.ts';

const folder = new URL('../../docs/detectors/', import.meta.url);
const page = (name: string) => readFileSync(new URL(`${name}.md`, folder), 'utf8');

describe('the pages of the detectors', () => {
  it.each(Object.values(everyDetector).flat())('$kind tells every option with its default', (detector) => {
    const text = page(detector.kind).replaceAll(/ +/g, ' ');
    expect(text).toContain(`# ${detector.kind}\n`);
    for (const leaf of leaves(detector.options)) {
      if (leaf.path === 'enabled') continue;
      expect(text).toMatch(new RegExp(`^\\| \`${leaf.path}\`[^|]*\\| ${String(leaf.default)} \\|`, 'm'));
    }
  });
});
