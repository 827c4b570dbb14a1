import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { modelNames } from '../../src/simulate/index.ts';
import { startExporter } from '../support/exporter.ts';
import { freePort, Program } from '../support/program.ts';

/** The built program, as a user calls it. `npm run test:programs` builds it. */
const main = resolve(import.meta.dirname, '../../dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Places that can always be had, whatever runs on this machine. */
const elsewhere = ['--http.address=127.0.0.1:0', '--grpc.address=none', '--grpc.socket=none'];

async function call(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = new Program('gradwatch', process.execPath, [main, ...args], { env });
  const code = await program.exited();
  return { code, output: program.output };
}

// Every case starts processes, which takes its time on a busy machine.
describe('gradwatch', { timeout: 30_000 }, () => {
  it('tells its version and its commands', async () => {
    const { version } = JSON.parse(readFileSync(resolve(main, '../../package.json'), 'utf8')) as { version: string };
    expect(await call(['--version'])).toEqual({ code: 0, output: `gradwatch ${version}\n` });
    expect(await call(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('serve') as string });
  });

  it('lists every option with its default and its names', async () => {
    const { code, output } = await call(['serve', '--help']);
    expect(code).toBe(0);
    expect(output).toContain('--gpu.interval\n');
    expect(output).toContain('a duration from 100ms to 1m, default 1s [GRADWATCH_GPU_INTERVAL]');
  });

  it('refuses an unknown command and an unknown flag', async () => {
    expect(await call(['watch'])).toEqual({
      code: 2,
      output: 'gradwatch: no command watch; there are serve, check, replay, demo, completion\n',
    });
    expect(await call(['serve', '--gpu.intervall=1s'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('--gpu.intervall: no such flag') as string,
    });
  });

  it('reports mistakes in flags, names of variables, addresses and the files that are named together', async () => {
    const { code, output } = await call(
      [
        'serve',
        '--nonsense',
        '--gpu.interval=5',
        ...elsewhere.slice(1),
        '--http.address=here',
        '--http.token_file=/no',
        '--grpc.tls.cert_file=/no',
        '--http.required_collectors=gpu',
        '--gpu.enabled=false',
        '--log.findings=/nowhere/log',
        '--event_files.rank_pattern=(',
      ],
      { GRADWATCH_GPU_INTERVALL: '1s', GRADWATCH_ADDRESS: 'of-a-worker:10421' },
    );
    expect(code).toBe(2);
    expect(output.trim().split('\n')).toEqual([
      'gradwatch: --nonsense: no such flag; --help lists them',
      'gradwatch: GRADWATCH_GPU_INTERVALL: found a value, expected no such variable; the nearest is GRADWATCH_GPU_INTERVAL',
      'gradwatch: --http.address: found here, expected :port, host:port or [address]:port',
      'gradwatch: --gpu.interval: found 5, expected a duration from 100ms to 1m',
      'gradwatch: grpc.tls.cert_file: found /no, expected a certificate in PEM; it cannot be read (ENOENT)',
      'gradwatch: grpc.tls.key_file: found nothing, expected a private key in PEM, without a passphrase',
      'gradwatch: http.token_file /no: cannot be read (ENOENT)',
      'gradwatch: http.required_collectors: switched off and yet waited for: gpu; switch on, or leave out',
      'gradwatch: log.findings /nowhere/log: cannot be written to (ENOENT)',
      'gradwatch: event_files.rank_pattern: found (, expected a regular expression with one group that matches the rank',
    ]);
  });

  it('waits for nobody to write a configuration into a FIFO', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(await call(['check', ...elsewhere, `--config=${fifo}`])).toEqual({
      code: 2,
      output: `gradwatch: cannot read the configuration file ${fifo}: it is no regular file\n`,
    });
  });

  it('reports every mistake of file, environment and flags together', async () => {
    const file = join(folder, 'gradwatch.yaml');
    writeFileSync(file, 'gpu: {interval: 5}\nnod: 1\n');
    const args = [...elsewhere, '--gpu.intervall', '3s', '--gpu.interval', '--config', file, '--runs.max_runs=0'];
    const { code, output } = await call(args, { GRADWATCH_LOG_LEVEL: 'loud' });
    expect(code).toBe(2);
    expect(output.trim().split('\n').sort()).toEqual([
      'gradwatch: --gpu.interval: found --config behind it, expected --gpu.interval=VALUE',
      'gradwatch: --gpu.intervall: no such flag; the nearest is --gpu.interval; --help lists them',
      'gradwatch: --runs.max_runs: found 0, expected a whole number from 1 to 10000',
      `gradwatch: ${file}: gpu.interval: found 5, expected a duration from 100ms to 1m`,
      expect.stringContaining(`gradwatch: ${file}: nod: found 1, expected no such key; there are http, grpc, `),
      'gradwatch: GRADWATCH_LOG_LEVEL: found loud, expected one of debug, info, warn, error, silent',
    ]);
  });

  it('tells the places that it cannot have together, and beside mistakes', async () => {
    const noSocket = join(folder, 'file');
    writeFileSync(noSocket, '');
    const state = join(folder, 'state');
    const exporter = await startExporter([`--state.directory=${state}`]);
    try {
      const places = [
        `--http.address=${exporter.httpAddress}`,
        `--grpc.address=${exporter.grpcAddress}`,
        `--grpc.socket=${noSocket}`,
        `--state.directory=${state}`,
      ];
      const told = [
        `gradwatch: http.address ${exporter.httpAddress}: another process listens there; stop it or choose another`,
        `gradwatch: grpc.address ${exporter.grpcAddress}: another process listens there; stop it or choose another`,
        `gradwatch: grpc.socket ${noSocket}: exists and is no socket; remove it or choose another path`,
        `gradwatch: state.directory ${state}: another exporter uses it; stop that one, or give each its own`,
      ];
      const lines = ({ code, output }: { code: number | null; output: string }) => [code, output.trim().split('\n')];
      expect(lines(await call(['serve', ...places]))).toEqual([1, told]);
      const mistake = 'gradwatch: --gpu.interval: found 5, expected a duration from 100ms to 1m';
      for (const command of ['serve', 'check'])
        expect(lines(await call([command, ...places, '--gpu.interval=5']))).toEqual([2, [mistake, ...told]]);
      expect(
        lines(await call(['demo', '--model=h1', '--gpus=0', '--replay=/nowhere', ...places, '--gpu.interval=5'])),
      ).toEqual([
        2,
        [
          `gradwatch: --model: found h1, expected one of ${modelNames.join(', ')}`,
          'gradwatch: --gpus: found 0, expected a whole number from 1 to 16',
          'gradwatch: --replay: found /nowhere, expected a folder with what nvidia-smi printed',
          mistake,
          ...told,
        ],
      ]);
    } finally {
      await exporter.stop();
    }
  });

  it('refuses one port for two servers, and a path that is too long for a socket', async () => {
    const port = await freePort();
    const long = `/tmp/${'d'.repeat(110)}`;
    const { code, output } = await call([
      `--http.address=:${port}`,
      `--grpc.address=127.0.0.1:${port}`,
      `--grpc.socket=${long}`,
    ]);
    expect(code).toBe(2);
    expect(output.trim().split('\n')).toEqual([
      `gradwatch: grpc.address 127.0.0.1:${port}: http.address has that port; choose another`,
      `gradwatch: grpc.socket ${long}: is longer than 107 bytes; choose a shorter path`,
    ]);
  });

  it('goes on without a state directory that nobody can make', async () => {
    const exporter = await startExporter(['--state.directory=/proc/gradwatch/state', '--grpc.socket=none']);
    try {
      expect(exporter.program.output).toContain('no snapshot can be written to /proc/gradwatch/state');
    } finally {
      await exporter.stop();
    }
  });

  it('does not mind a reader that has seen enough', async () => {
    const piped = `'${process.execPath}' '${main}' serve --help | head -1; echo "\${PIPESTATUS[0]}"`;
    const program = new Program('bash', 'bash', ['-c', piped]);
    await program.exited();
    expect(program.output).toBe('Usage: gradwatch serve [OPTIONS]\n0\n');
  });

  it('ends with one sentence when it cannot read a token or write the log of findings', async () => {
    expect(await call(['serve', ...elsewhere, '--http.token_file=/nowhere'])).toEqual({
      code: 2,
      output: 'gradwatch: http.token_file /nowhere: cannot be read (ENOENT)\n',
    });
    expect(await call(['serve', ...elsewhere, '--log.findings=/nowhere/log'])).toEqual({
      code: 2,
      output: 'gradwatch: log.findings /nowhere/log: cannot be written to (ENOENT)\n',
    });
  });

  it('says where to look, and ends cleanly when it is told to', async () => {
    const exporter = await startExporter([]);
    expect(exporter.program.output).toContain(`metrics     ${exporter.url}/metrics`);
    expect(exporter.program.output).toContain(`workers     ${exporter.grpcAddress}`);
    exporter.program.child.kill('SIGTERM');
    expect(await exporter.program.exited()).toBe(0);
  });
});
