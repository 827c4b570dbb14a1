import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a signal ends the process by its own exit, with the code that shells have for it', () => {
  const modulePath = JSON.stringify(new URL('../../dist/cli/exit-on.js', import.meta.url).href);
  const program = `
    const { exitOn } = await import(${modulePath});
    process.on('exit', (code) => console.log('exit', code));
    exitOn(['SIGINT', 'SIGTERM']);
    process.kill(process.pid, 'SIGTERM');
    setInterval(() => undefined, 1000);
  `;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect([stdout, status]).toEqual(['exit 143\n', 143]);
});
