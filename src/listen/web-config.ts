import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { explain, readConfig, type Mistake, readYamlFile } from '../config/index.ts';
import type { ReadFiles } from './reloaded-files.ts';
import { readTls, type Tls } from './tls.ts';
import { webConfigSchema } from './web-config-schema.ts';

/** A web configuration file together with what it names. */
export interface WebConfig {
  /** Null where plain HTTP is served. */
  readonly tls: Tls | null;
  /** Headers of every answer. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bcrypt hashes by user; without any nobody is asked who he is. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: RateLimit | null;
}

export interface RateLimit {
  readonly intervalSeconds: number;
  readonly burst: number;
}

/** Keys whose values are secrets, or hashes of such. */
const secret = /: (?:basic_auth_users\.|tls_server_config\.key$)/;

/** Reads a web configuration file and the files that it names, whose paths are relative to its folder. */
export function readWebConfig(file: string): ReadFiles<WebConfig> {
  let text: string;
  try {
    text = readYamlFile(file);
  } catch (error) {
    return {
      value: null,
      mistakes: [`${file}: cannot be read (${(error as Error).message})`],
      files: [file],
    };
  }
  const read = readConfig(webConfigSchema, { file: { name: file, text } });
  // The rules between keys look at what is there even where other keys are wrong: all mistakes are told at once.
  const tls = readTls(tlsKeys(text), (path) => resolve(dirname(file), path));
  const files = [file, ...tls.files];
  const mistakes = 'mistakes' in read ? [...read.mistakes] : [];
  const known = new Set(mistakes.map(({ where }) => where));
  for (const { key, value, expected } of tls.mistakes) {
    const where = `${file}: tls_server_config.${key}`;
    if (!known.has(where)) mistakes.push({ where, value, expected });
  }
  if ('value' in read && read.value.rate_limit.interval > 0 && read.value.rate_limit.burst === 0) {
    mistakes.push({
      where: `${file}: rate_limit.burst`,
      value: 0,
      expected: 'a whole number from 1: with 0 nothing is ever answered',
    });
  }
  if ('mistakes' in read || mistakes.length > 0) return { value: null, mistakes: mistakes.map(tell), files };
  const {
    http_server_config: http,
    basic_auth_users: users = new Map<string, string>(),
    rate_limit: limit,
  } = read.value;
  const value = {
    tls: tls.value,
    headers: new Map(
      Object.entries(http.headers).flatMap(([name, header]) =>
        header === undefined || header === '' ? [] : [[name, header]],
      ),
    ),
    users,
    rateLimit: limit.interval === 0 ? null : { intervalSeconds: limit.interval, burst: limit.burst },
  };
  return { value, mistakes: [], files };
}

function tell(mistake: Mistake): string {
  return explain(secret.test(mistake.where) ? { ...mistake, value: 'something else' } : mistake);
}

/** The group as it was written, right or wrong. */
function tlsKeys(text: string): ReadonlyMap<string, unknown> {
  try {
    const content: unknown = parse(text, { mapAsMap: true, uniqueKeys: false });
    const group: unknown = content instanceof Map ? content.get('tls_server_config') : undefined;
    return group instanceof Map ? (group as Map<string, unknown>) : new Map();
  } catch {
    return new Map();
  }
}
