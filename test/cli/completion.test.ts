import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Program } from '../support/program.ts';
import { tool } from '../tools/tools.ts';

/** The built program. `npm run test:programs` builds it. */
const main = resolve(import.meta.dirname, '../../dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-completion-'));
writeFileSync(join(folder, 'run one.csv'), '');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function completion(...args: readonly string[]) {
  const program = new Program('gradwatch', process.execPath, [main, 'completion', ...args], { env: {} });
  return { code: await program.exited(), output: program.output };
}

/** Completes the last word of each line as the shell does, once it has the script. */
type Complete = (...words: readonly string[]) => readonly string[];

async function ofShell(name: string, program: string): Promise<Complete> {
  const script = join(folder, `gradwatch.${name}`);
  writeFileSync(script, (await completion(name)).output);
  const run = (...args: readonly string[]) =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } })
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '')
      .filter((line) => line !== '');
  const call = (words: readonly string[], before: string, after: string) =>
    `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
${before}_gradwatch${after}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  switch (name) {
    case 'bash':
      return (...words) => run('--norc', '-c', call(words.flatMap(splitAtEqualSign), '', ''));
    case 'zsh':
      return (...words) => {
        const all = run('-f', '-c', `autoload -U compinit && compinit -u -D; ${call(words, "emulate ksh -c '", "'")}`);
        // Its compgen leaves it to the shell to take those that fit.
        return all.filter((word) => word.startsWith(words.at(-1) ?? ''));
      };
    default:
      return (...words) => run('--no-config', '-c', `source ${script}; complete -C '${words.join(' ')}'`);
  }
}

/** As bash splits the words of a command line. */
function splitAtEqualSign(word: string): readonly string[] {
  const [, flag, value] = /^(--[^=]*)=(.*)$/.exec(word) ?? [];
  return flag === undefined || value === undefined ? [word] : [flag, '=', ...(value === '' ? [] : [value])];
}

// Every case starts processes, which takes its time on a busy machine.
const options = { timeout: 30_000 };

describe.each(['bash', 'zsh', 'fish'])('completion in %s', options, (name) => {
  const program = tool(name);
  if (program === null) {
    console.warn(`skipped: completion in ${name}, which is not on this machine`);
    it.skip('needs the shell');
    return;
  }

  let complete: Complete;
  beforeAll(async () => {
    complete = await ofShell(name, program);
  });

  it('completes commands, flags and their values', () => {
    const sorted = (...words: readonly string[]) => [...complete(...words)].sort();
    expect(sorted('gradwatch', 'c')).toEqual(['check', 'completion']);
    expect(sorted('gradwatch', '--vers')).toEqual(['--version']);
    expect(sorted('gradwatch', 'check', '--j')).toEqual(['--json']);
    expect(sorted('gradwatch', 'serve', '--j')).toEqual([]);
    expect(sorted('gradwatch', 'serve', '--gpu.i')).toEqual(['--gpu.interval']);
    expect(sorted('gradwatch', '--gpu.i')).toEqual(['--gpu.interval']);
    expect(sorted('gradwatch', 'serve', '--gpu.enabled', '')).toEqual(['false', 'true']);
    expect(sorted('gradwatch', 'serve', '--gpu.interval', '')).toEqual([]);
    expect(sorted('gradwatch', 'demo', '--model', 'h')).toEqual(['h100', 'h200']);
    expect(sorted('gradwatch', 'completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(sorted('gradwatch', 'completion', '--gpu')).toEqual([]);
    // What comes before the value is repeated where the shell has it in one word.
    const levels = sorted('gradwatch', 'serve', '--log.level=d').map((word) => word.replace('--log.level=', ''));
    expect(levels).toEqual(['debug']);
  });

  it('leaves paths to the shell', () => {
    const paths = name === 'fish' ? ['run one.csv'] : [];
    expect(complete('gradwatch', 'serve', '--config', 'run').map((path) => path.replace('\\', ''))).toEqual(paths);
    expect(complete('gradwatch', 'replay', 'run').map((path) => path.replace('\\', ''))).toEqual(paths);
  });
});

describe('gradwatch completion', options, () => {
  it('tells which shells there are', async () => {
    const mistake = 'gradwatch: completion takes the name of a shell, one of bash, zsh, fish\n';
    expect(await completion('tcsh')).toEqual({ code: 2, output: mistake });
    expect(await completion()).toEqual({ code: 2, output: mistake });
    expect(await completion('bash', 'zsh')).toEqual({ code: 2, output: mistake });
    expect((await completion('--help')).output).toContain('gradwatch completion fish | source\n');
    expect((await completion('zsh')).output).toMatch(/^#compdef gradwatch\n/);
  });
});
