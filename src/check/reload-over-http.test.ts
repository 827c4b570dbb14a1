import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { schema } from '../catalogue.ts';
import { readConfig } from '../config/index.ts';
import { reloadOverHttp } from './reload-over-http.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-reload-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function outcome(flags: Readonly<Record<string, string>>): string {
  const read = readConfig(schema, { flags });
  if ('mistakes' in read) throw new Error('a wrong configuration');
  return reloadOverHttp(read.value.http).outcome;
}

describe('reloading over HTTP', () => {
  it('fails where nobody can be known', () => {
    const open = join(folder, 'open.yml');
    writeFileSync(open, 'rate_limit: {interval: 1s, burst: 1}\n');
    expect(outcome({})).toBe('off');
    expect(outcome({ 'http.reload': 'true' })).toBe('failing');
    expect(outcome({ 'http.reload': 'true', 'http.web_config_file': open })).toBe('failing');
  });

  it('works with a token or users', () => {
    const users = join(folder, 'users.yml');
    writeFileSync(users, 'basic_auth_users: {ada: $2y$10$EYxs8IOG46m9CtpB/XlPxO1ei7E4BjAen0SUv6di7mD4keR/8JO6m}\n');
    expect(outcome({ 'http.reload': 'true', 'http.token_file': '/a/token' })).toBe('works');
    expect(outcome({ 'http.reload': 'true', 'http.web_config_file': users })).toBe('works');
  });
});
