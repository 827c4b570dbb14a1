import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest;

const built = existsSync(`${root}/dist/main.js`) && existsSync(`${root}/dist/client/index.js`);
if (!built && process.env['CI'] === 'true') throw new Error('dist/ is not built: run npm run build before the tests');

/** What `npm publish` would put into the package. */
function packed(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pack] = JSON.parse(output) as [{ readonly files: readonly { readonly path: string }[] }];
  return pack.files.map(({ path }) => path);
}

test.skipIf(!built)('the package holds what runs, and nothing of the workshop', () => {
  const files = packed();
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'dist/main.js',
      'dist/client/index.js',
      'dist/client/index.d.ts',
      'dist/client/thread.js',
      'dist/client/command.js',
      'proto/gradwatch/v1/telemetry.proto',
    ]),
  );
  expect(files.filter((file) => /^(test|bench|src|python|docs)\//.test(file))).toEqual([]);
  expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test.skipIf(!built)('package.json points at files that the build makes', () => {
  const targets = [
    ...Object.values(manifest.bin),
    ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
  ];
  expect(targets.length).toBeGreaterThan(2);
  expect(targets.filter((target) => !existsSync(`${root}/${target}`))).toEqual([]);
});

test.skipIf(!built)('a program imports the client by its public name', () => {
  const script = "import { init } from 'gradwatch/client'; console.log(typeof init)";
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(output).toBe('function\n');
});
