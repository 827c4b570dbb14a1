import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installStandIn } from '../../src/simulate/index.ts';
import { StateDirectory } from '../../src/snapshot/index.ts';
import { freePort, Program } from '../support/program.ts';

/** The built program. `npm run test:programs` builds it. */
const dist = resolve(import.meta.dirname, '../../dist');
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-check-'));
chmodSync(folder, 0o755);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Result {
  readonly subject: string;
  readonly outcome: string;
  readonly says: string;
  readonly notes: readonly string[];
}

/** Calls it in an empty environment. */
async function call(args: readonly string[], before: readonly string[] = []) {
  const [command = '', ...rest] = [...before, process.execPath, join(dist, 'main.js'), ...args];
  const program = new Program('gradwatch', command, rest, { env: {} });
  const code = await program.exited();
  return { code, output: program.output };
}

async function checkJson(args: readonly string[], before: readonly string[] = []) {
  const free = [`--http.address=127.0.0.1:${await freePort()}`, `--grpc.address=127.0.0.1:${await freePort()}`];
  const { code, output } = await call(['check', '--json', ...free, ...args], before);
  const { works, results } = JSON.parse(output) as { works: boolean; results: readonly Result[] };
  return { code, works, of: (subject: string) => results.find((result) => result.subject === subject) };
}

const unprivileged = ['setpriv', '--reuid', '65532', '--regid', '65532', '--clear-groups', '--no-new-privs'];
const canChangeUser = (() => {
  try {
    // By way of a shell, as the stand-in nvidia-smi is started: that user must reach the interpreter too.
    const reach = ['sh', '-c', `exec '${process.execPath}' --version`];
    execFileSync(unprivileged[0]!, [...unprivileged.slice(1), ...reach], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(
      'skipped: the check as user 65532 (setpriv cannot change the user here, or that user cannot run this node)\n',
    );
    return false;
  }
})();

// Every case starts processes, which takes its time on a busy machine.
const options = { timeout: 30_000 };

describe('gradwatch check', options, () => {
  it('works on a machine without GPU and Kubernetes, in an empty environment', async () => {
    const { code, works, of } = await checkJson(['--kubernetes.pod_resources.socket=/nowhere']);
    expect([code, works]).toEqual([0, true]);
    expect(of('collector load')).toMatchObject({ outcome: 'works' });
    expect(of('collector gpu')?.notes).toContain('no GPU on this node (why: no_program)');
    expect(of('collector pod_resources')).toMatchObject({
      outcome: 'absent',
      says: 'there is no kubelet socket at /nowhere',
    });
    expect(of('grpc.token_file')).toMatchObject({ outcome: 'off' });
    expect(of('state.directory')).toMatchObject({ outcome: 'off' });
  });

  it('tries the state directory and leaves nothing in it', async () => {
    const directory = mkdtempSync(join(folder, 'state-'));
    const used = new StateDirectory(join(folder, 'used'));
    await used.create();
    await used.hold();
    const says = async (path: string) => (await checkJson([`--state.directory=${path}`])).of('state.directory')?.says;
    expect(await says(directory)).toBe(`${directory} can be written, and no other exporter uses it`);
    expect(readdirSync(directory)).toEqual([]);
    expect(await says(join(folder, 'none'))).toBe(`${join(folder, 'none')} is not there and will be made`);
    expect(await says(used.path)).toBe(`${used.path}: another exporter uses it; stop that one, or give each its own`);
    await used.release();
  });

  it.runIf(canChangeUser)('reads GPUs as an unprivileged user, and says what is missing', async () => {
    const { path } = installStandIn(folder, join(dist, 'simulate/nvidia-smi.js'), { gpus: 2 });
    chmodSync(`${path}.json`, 0o644);
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const { code, of } = await checkJson(
      [
        `--gpu.program=${path}`,
        `--kubernetes.pod_resources.socket=${closed}/kubelet.sock`,
        '--node.load.enabled=false',
      ],
      unprivileged,
    );
    expect(code).toBe(1);
    const gpu = of('collector gpu');
    expect(gpu).toMatchObject({ outcome: 'works', says: expect.stringMatching(/^reads \d+ series$/) as string });
    expect(gpu?.notes.filter((note) => /uuid="GPU-.*driver="\d/.test(note))).toHaveLength(2);
    expect(gpu?.notes.join()).toContain('chose the fields of nvidia-smi to ask for (asked: ');
    expect(of('collector load')).toMatchObject({ outcome: 'off' });
    expect(of('collector pod_resources')).toMatchObject({
      outcome: 'failing',
      says: expect.stringContaining('permission_denied: ') as string,
    });
  });

  it('fails with every reason at once where something will not work', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const noSocket = join(folder, 'file');
    writeFileSync(noSocket, '');
    try {
      const { code, output } = await call([
        'check',
        `--http.address=127.0.0.1:${port}`,
        '--grpc.address=none',
        `--grpc.socket=${noSocket}`,
        '--http.token_file=/nowhere',
        '--log.findings=/nowhere/findings.log',
        `--event_files.directories=${folder},/nowhere`,
        '--http.required_collectors=cpu,gpus',
        '--gpu.enabled=false',
        '--kubernetes.pod_resources.enabled=false',
      ]);
      expect(code).toBe(1);
      const lines = output.split('\n');
      expect(lines).toContainEqual(
        expect.stringMatching(/^failing {2}http\.address +127\.0\.0\.1:\d+: another process/),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^works {4}event_files\.directories +\S+ can be read/));
      expect(lines).toContainEqual(
        expect.stringMatching(/^failing {2}event_files\.directories +\/nowhere cannot be read \(ENOENT\)/),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^failing {2}grpc\.socket +\S+: exists and is no socket/));
      expect(lines).toContainEqual(expect.stringMatching(/^failing {2}http\.token_file +\/nowhere: cannot be read/));
      expect(lines).toContainEqual(
        expect.stringMatching(/^failing {2}log\.findings .*cannot be written to \(ENOENT\)/),
      );
      expect(lines).toContainEqual(
        expect.stringMatching(
          /^failing {2}http\.required_collectors +no collector "gpus" \(the nearest is gpu\); there are cpu, /,
        ),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^off {6}collector gpu +switched off$/));
      expect(lines.at(-2)).toMatch(/^6 of what is configured will not work(;|$)/);
    } finally {
      taken.close();
    }
  });

  it('refuses a wrong configuration as serve does', async () => {
    expect(
      await call([
        'check',
        '--http.address=127.0.0.1:0',
        '--grpc.address=none',
        '--grpc.socket=none',
        '--gpu.interval=5',
      ]),
    ).toEqual({
      code: 2,
      output: 'gradwatch: --gpu.interval: found 5, expected a duration from 100ms to 1m\n',
    });
    expect((await call(['serve', '--json'])).code).toBe(2);
    expect((await call(['check', '--help'])).output).toContain('--gpu.interval\n');
  });
});
