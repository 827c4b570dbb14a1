import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeWithTools, tool } from './tools.ts';

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(name: string, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-tools-'));
  folders.push(folder);
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), mode);
  return folder;
}

describe('tool', () => {
  it('prefers $GRADWATCH_TOOLS to the PATH', () => {
    const [named, path] = [folderWith('program-x', 0o755), folderWith('program-x', 0o755)];
    vi.stubEnv('PATH', path);
    expect(tool('program-x')).toBe(join(path, 'program-x'));
    vi.stubEnv('GRADWATCH_TOOLS', named);
    expect(tool('program-x')).toBe(join(named, 'program-x'));
  });

  it('passes over what cannot be run, and gives null for what is nowhere', () => {
    vi.stubEnv('GRADWATCH_TOOLS', folderWith('program-x', 0o644));
    expect(tool('program-x')).toBeNull();
  });
});

describe('describeWithTools', () => {
  it('does not let a missing program pass in CI', () => {
    vi.stubEnv('CI', 'true');
    expect(() => {
      describeWithTools(['program-x'], 'the group', () => undefined);
    }).toThrow('the group needs program-x: run test/tools/install.sh');
  });
});
