import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { configure } from '../../src/cli/configuration.ts';

const root = resolve(import.meta.dirname, '../..');

/** The variables that sources and pages of a folder name. */
function namedIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, folder, name))
    .filter((path) => statSync(path).isFile() && /\.(ts|py|sh|md)$/.test(path) && !/\.test\.ts$/.test(path))
    .flatMap((path) => readFileSync(path, 'utf8').match(/GRADWATCH_[A-Z][A-Z_]*[A-Z]/g) ?? []);
}

test('no variable that workers, the stand-in or the tests read hinders an exporter in the same environment', () => {
  const names = new Set(['src/client', 'src/simulate', 'python', 'test/tools'].flatMap(namedIn));
  names.add('GRADWATCH_PYTHON_TENSORFLOW');
  expect([...names]).toContain('GRADWATCH_DISABLED');
  const configured = configure([], Object.fromEntries([...names].map((name) => [name, ''])));
  expect(configured).not.toHaveProperty('errors');
});
