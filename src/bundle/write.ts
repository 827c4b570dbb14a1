import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleFiles } from './bundle.ts';
import { defaults } from './config.ts';

// node dist/bundle/write.js [--check] [--runbook-url URL] [--grafana-url URL] [--folder FOLDER]
const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    'runbook-url': { type: 'string', default: defaults.runbookUrl },
    'grafana-url': { type: 'string', default: defaults.grafanaUrl },
    folder: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
  },
});
const trimmed = (url: string) => url.replace(/\/+$/, '');
const files = bundleFiles({
  ...defaults,
  runbookUrl: trimmed(values['runbook-url']),
  grafanaUrl: trimmed(values['grafana-url']),
});
const differing = files.filter(({ path, content }) => read(join(values.folder, path)) !== content);

if (values.check) {
  for (const { path } of differing) console.error(`${path} is not what its source says; run: npm run generate`);
  process.exitCode = differing.length === 0 ? 0 : 1;
} else {
  for (const { path, content } of differing) {
    mkdirSync(dirname(join(values.folder, path)), { recursive: true });
    writeFileSync(join(values.folder, path), content);
    console.log(`wrote ${path}`);
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
