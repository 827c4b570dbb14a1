import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleFiles } from './bundle.ts';
import { defaults } from './config.ts';

// node dist/bundle/write.js [--runbook-url URL] [--grafana-url URL]
const { values } = parseArgs({
  options: {
    'runbook-url': { type: 'string', default: defaults.runbookUrl },
    'grafana-url': { type: 'string', default: defaults.grafanaUrl },
  },
});
const trimmed = (url: string) => url.replace(/\/+$/, '');
const files = bundleFiles({
  ...defaults,
  runbookUrl: trimmed(values['runbook-url']),
  grafanaUrl: trimmed(values['grafana-url']),
});
const root = fileURLToPath(new URL('../..', import.meta.url));

for (const { path, content } of files) {
  const file = join(root, path);
  if (read(file) === content) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  console.log(`wrote ${path}`);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
