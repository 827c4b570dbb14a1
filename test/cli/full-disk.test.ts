import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { launch } from '../support/exporter.ts';
import { eventually, freePort, Program } from '../support/program.ts';

const options = { timeout: 60_000 };
const [node = '', ...main] = launch();
/** Linux has a device that is a full disk. */
const onLinux = test.runIf(process.platform === 'linux');

onLinux(
  'an exporter whose log finds no room is scraped, counts what is lost and ends when it is asked to',
  options,
  async () => {
    const port = await freePort();
    const exporter = new Program('gradwatch', 'sh', [
      ...['-c', 'exec "$@" >/dev/full 2>/dev/full', 'sh', node, ...main],
      ...[`--http.address=127.0.0.1:${port}`, '--grpc.address=none', '--log.level=debug', '--gpu.program=/bin/false'],
    ]);
    try {
      const lost = await eventually('lines to be lost', async () => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return Number(/^gradwatch_exporter_log_lost_lines_total (\d+)$/m.exec(text)?.[1]) || undefined;
      });
      expect(lost).toBeGreaterThan(0);
      exporter.child.kill('SIGTERM');
      expect(await exporter.exited()).toBe(0);
    } finally {
      await exporter.stop();
    }
  },
);

onLinux.each([['--version'], ['--help'], ['completion', 'bash']])(
  'what %s cannot tell is a failure',
  options,
  (...args) => {
    const run = `exec "$@" >/dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', run, 'sh', node, ...main, ...args], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^gradwatch: standard output cannot be written to: ENOSPC.*\n$/),
    ]);
  },
);

onLinux('mistakes that cannot be told keep their exit code', options, () => {
  const { status } = spawnSync('sh', ['-c', 'exec "$@" 2>/dev/full', 'sh', node, ...main, 'check', '--unknown']);
  expect(status).toBe(2);
});
