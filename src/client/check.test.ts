import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { compileClient, type CompiledClient } from '../../test/support/compiled-client.ts';
import { exporter, scratch, undo } from '../../test/support/ingest.ts';
import { freePort, Program } from '../../test/support/program.ts';

vi.setConfig({ testTimeout: 60_000 });

let client: CompiledClient;

beforeAll(() => {
  client = compileClient();
});

afterAll(() => {
  client.remove();
});

/** The command as a worker's shell starts it. */
async function command(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const program = new Program('check', process.execPath, [join(client.folder, 'dist/client/command.js'), ...args], {
    env: { PATH: process.env['PATH'], NODE_NAME: 'node-a', ...environment },
  });
  undo(() => program.stop(0));
  return { code: await program.exited(), output: program.output };
}

test('an exporter that takes this worker says so, and is left as it was but for a run of its own that finished', async () => {
  const { address, runs, series } = await exporter();
  const { code, output } = await command(['check'], {
    GRADWATCH_ADDRESS: address,
    RANK: '1',
    WORLD_SIZE: '2',
    GRADWATCH_RUN: 'digits',
  });
  expect(output).toMatch(
    /^Worker: rank 1 of 2, attempt 0, node node-a, GPU not named by the environment\. The run of a training here: digits\.\n/,
  );
  expect(output).toContain(`Exporter: gradwatch 0.1.0 on node node-a at ${address} welcomed it in `);
  expect(output).toContain('It takes messages of up to 65536 bytes.');
  expect(code).toBe(0);
  expect(runs.find('gradwatch-check', 1)?.state).toBe('finished');
  expect(runs.find('digits', 1)).toBeUndefined();
  expect(series('gradwatch_exporter_workers')).toBe('0');
});

test('the exporter of another node, and a client that is switched off, are told', async () => {
  const { address } = await exporter();
  const { code, output } = await command(['check', '--address', address], {
    NODE_NAME: 'node-b',
    GRADWATCH_DISABLED: '1',
  });
  expect(code).toBe(0);
  expect(output).toContain('The exporter calls its node node-a, this worker calls it node-b.');
  expect(output).toContain('GRADWATCH_DISABLED is set: init() reports nothing.');
});

test('a token that is missing or wrong is told with the way out', async () => {
  const token_file = join(scratch(), 'token');
  writeFileSync(token_file, 'a-token-of-some-length\n');
  const { address } = await exporter({ token_file });
  const refused = await command(['check'], { GRADWATCH_ADDRESS: address });
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('(UNAUTHENTICATED). Set GRADWATCH_TOKEN to the token of the exporter.');
  const { code } = await command(['check', '--token=a-token-of-some-length'], { GRADWATCH_ADDRESS: address });
  expect(code).toBe(0);
});

test('nobody there, and somebody else there, are told apart', async () => {
  const port = await freePort();
  const nobody = await command(['check', `--address=127.0.0.1:${port}`]);
  expect(nobody.code).toBe(1);
  expect(nobody.output).toContain(`No welcome from 127.0.0.1:${port}: `);
  expect(nobody.output).toContain('(UNAVAILABLE). Is the exporter running on this node?');
  expect((await command(['check', '--address=nonsense://x:y'])).output).toContain('nonsense://x:y');
});

test('a call that is wrong prints how it is right', async () => {
  const { code, output } = await command(['test']);
  expect(code).toBe(2);
  expect(output).toContain('gradwatch-client: no command test; there is check\n\nUsage: gradwatch-client check');
  expect((await command(['check', '--port=1'])).code).toBe(2);
  expect((await command(['--help'])).output).toContain('--tls-ca-file');
});
