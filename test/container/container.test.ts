import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../support/exporter.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import { eventually, freePort, Program } from '../support/program.ts';
import { assembleRoot } from './assembled-root.ts';
import { finalStage } from './containerfile.ts';
import { canRestrict, restricted, type Restricted } from './restrictions.ts';

const root = resolve(import.meta.dirname, '../..');
const image = finalStage(readFileSync(join(root, 'Containerfile'), 'utf8'));

describe('the Containerfile', () => {
  it('runs the program as its own first line does, as a user that is not root', () => {
    const [, ...flags] = launch();
    expect(image.entrypoint).toEqual(['/usr/local/bin/node', ...flags.slice(0, -1), '/app/dist/main.js']);
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
    expect(scripts.start).toContain(` ${flags.slice(0, -1).join(' ')} dist/main.js `);
    expect(image.user).toBe('65532:65532');
    expect(image.command).toEqual(['serve']);
  });
});

/** The image's files in a folder, run as the chart runs the image but for its environment: read-only root, no capabilities, user 65532, no shell. */
describe.runIf(canRestrict())('the files of the image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-container-'));
  const inside = join(folder, 'root');
  const places: Restricted = {
    root: inside,
    writable: { '/tmp': join(folder, 'tmp'), '/var/lib/gradwatch': join(folder, 'state') },
    user: image.user,
  };

  function run(args: readonly string[], where: Restricted = places): Program {
    const [command = '', ...rest] = restricted(where, args);
    return new Program(args[0] ?? '', command, rest, { env: { PATH: process.env['PATH'] } });
  }

  /** A line of Node.js inside; what it printed. */
  async function evaluate(script: string): Promise<string> {
    const program = run(['/usr/local/bin/node', '--eval', script]);
    await program.exited();
    return program.output.trim();
  }

  beforeAll(() => {
    chmodSync(folder, 0o755);
    assembleRoot(inside, image);
    for (const path of Object.values(places.writable)) {
      mkdirSync(path);
      chownSync(path, 65532, 65532);
    }
    // A stand-in that a container runtime could have injected: it needs no shell either.
    const standIn =
      "process.env.GRADWATCH_SIMULATE_CONTROL = '/tmp/gpus.json';\nimport('/app/dist/simulate/nvidia-smi.js');\n";
    mkdirSync(join(inside, 'usr/bin'), { recursive: true });
    writeFileSync(join(inside, 'usr/bin/nvidia-smi'), `#!/usr/local/bin/node\n${standIn}`, { mode: 0o755 });
    writeFileSync(join(folder, 'tmp/gpus.json'), '{"gpus": 2}');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('run without a shell, a writable root, or any privilege', async () => {
    const shells = ['/bin/sh', '/usr/bin/sh', '/bin/bash'].filter((path) => existsSync(join(inside, path)));
    expect(shells).toEqual([]);
    const status = await evaluate("console.log(require('fs').readFileSync('/proc/self/status', 'utf8'))");
    expect(status).toMatch(/^Uid:\s+65532\s+65532\s+65532\s+65532$/m);
    expect(status).toMatch(/^Groups:\s*$/m);
    expect(status).toMatch(/^CapPrm:\s+0+$/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(await evaluate("require('fs').writeFileSync('/app/x', '')")).toMatch(/EROFS|EACCES/);
    expect(await evaluate('console.log(Object.keys(process.env).sort().join())')).toBe('');
  });

  it('check this node', async () => {
    const program = run([
      ...image.entrypoint,
      'check',
      '--json',
      '--http.address=127.0.0.1:0',
      '--grpc.address=127.0.0.1:0',
    ]);
    expect(await program.exited(), program.output).toBe(0);
    const { works, results } = JSON.parse(program.output) as {
      works: boolean;
      results: readonly { subject: string; outcome: string; notes: readonly string[] }[];
    };
    expect(works).toBe(true);
    const gpu = results.find(({ subject }) => subject === 'collector gpu');
    expect(gpu).toMatchObject({ outcome: 'works' });
    expect(gpu?.notes.filter((note) => /uuid="GPU-.*driver="/.test(note))).toHaveLength(2);
    expect(results.filter(({ outcome }) => outcome === 'failing')).toEqual([]);
  });

  it('say in a pod without the files of the node what they cannot see of it', async () => {
    const pod = { empty: join(folder, 'empty'), layered: join(folder, 'layered') };
    for (const path of Object.values(pod)) mkdirSync(path);
    const checked = run(
      [...image.entrypoint, 'check', '--json', '--http.address=127.0.0.1:0', '--grpc.address=127.0.0.1:0'],
      { ...places, pod },
    );
    expect(await checked.exited(), checked.output).toBe(0);
    const { results } = JSON.parse(checked.output) as {
      results: readonly { subject: string; outcome: string; says: string; notes: readonly string[] }[];
    };
    const of = (name: string) => results.find(({ subject }) => subject === `collector ${name}`);
    const mount = (what: string) =>
      expect.stringMatching(new RegExp(`the container.* mount the node's ${what}`)) as string;
    expect(of('network')).toMatchObject({ outcome: 'absent', says: mount('/proc and /sys') });
    expect(of('filesystem')).toMatchObject({ outcome: 'absent', says: mount('/proc and /') });
    expect(of('memory')).toMatchObject({ outcome: 'works' });
    // The names of a container are not the node's.
    expect(of('inventory')?.notes.join()).not.toContain('interface=');
    expect(results.filter(({ outcome }) => outcome === 'failing')).toEqual([]);
    const serving = run(
      [...image.entrypoint, 'serve', '--http.address=127.0.0.1:0', '--grpc.address=127.0.0.1:0', '--log.level=info'],
      { ...places, pod },
    );
    try {
      for (const name of ['network', 'filesystem'])
        await eventually(
          `${name} to say that it reads nothing`,
          () => new RegExp(`"collector":"${name}","reason":"container"`).test(serving.output) || undefined,
        );
    } finally {
      await serving.stop();
    }
  });

  it('serve metrics of the node and of GPUs, and end when asked to', async () => {
    const [http, grpc] = [await freePort(), await freePort()];
    const flags = [`--http.address=127.0.0.1:${http}`, `--grpc.address=127.0.0.1:${grpc}`];
    const program = run([...image.entrypoint, ...image.command, ...flags]);
    try {
      const families = await eventually('GPUs on /metrics', async () => {
        if (program.child.exitCode !== null) throw new Error(program.output);
        const read = parseExposition('text', await (await fetch(`http://127.0.0.1:${http}/metrics`)).text());
        return read.some(({ name }) => name === 'gradwatch_gpu_info') ? read : undefined;
      });
      const success = families.find(({ name }) => name === 'gradwatch_exporter_collector_success');
      const collectors = new Map(success?.samples.map(({ labels, value }) => [labels.get('collector'), value]));
      expect(collectors.get('gpu')).toBe(1);
      expect([...collectors].filter(([, value]) => value !== 1)).toEqual([]);
    } finally {
      await program.stop();
    }
    expect(await program.exited(), program.output).toBe(0);
  });
});
