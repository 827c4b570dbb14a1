import { statSync } from 'node:fs';
import { readWebConfig, type ReadWebConfig, type WebConfig } from './web-config.ts';

/** Where a change, or what is wrong with one, is told. */
export interface WebConfigLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A web configuration file is not as it should be. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
  /** One line for each. */
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

/**
 * A web configuration file that is read again when it, or a certificate or key that it names, changes. What is broken changes
 * nothing: the last good one stays, and the reason is told once.
 */
export class WebConfigFile {
  readonly path: string;
  readonly #log: WebConfigLog;
  readonly #listeners: ((config: WebConfig) => void)[] = [];
  #read: ReadWebConfig;
  #current: WebConfig;
  #seen: string;
  #told = '';
  #succeeded = true;

  /** @throws WebConfigError */
  constructor(path: string, log: WebConfigLog) {
    this.path = path;
    this.#log = log;
    this.#read = readWebConfig(path);
    if (this.#read.value === null) throw new WebConfigError(this.#read.mistakes);
    this.#current = this.#read.value;
    this.#seen = fingerprint(this.#read.files);
  }

  get current(): WebConfig {
    return this.#current;
  }

  /** Whether what is in force is what the files say. */
  get upToDate(): boolean {
    return this.#succeeded;
  }

  /** Calls the listener with every further configuration that comes in force. */
  subscribe(listener: (config: WebConfig) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads again where a file has changed. To be called every few seconds. */
  refresh(): void {
    if (fingerprint(this.#read.files) !== this.#seen) this.reload();
  }

  /** Reads again. @returns the mistakes that kept what is new from coming in force; none when it has */
  reload(): readonly string[] {
    const read = readWebConfig(this.path);
    this.#read = read;
    this.#seen = fingerprint(read.files);
    const mistakes = read.value === null ? read.mistakes : needRestart(this.path, this.#current, read.value);
    this.#succeeded = mistakes.length === 0;
    if (read.value === null || mistakes.length > 0) {
      this.#complain(mistakes);
      return mistakes;
    }
    this.#told = '';
    this.#current = read.value;
    for (const listener of this.#listeners) listener(read.value);
    this.#log.info({ file: this.path }, 'read the web configuration again');
    return [];
  }

  #complain(mistakes: readonly string[]): void {
    const told = mistakes.join('\n');
    if (told === this.#told) return;
    this.#told = told;
    this.#log.error(
      { file: this.path, mistakes },
      'the web configuration cannot be taken; the last good one stays in force',
    );
  }
}

/** What a listening server cannot change: whether it speaks TLS, and whether it asks clients for a certificate. */
function needRestart(path: string, old: WebConfig, fresh: WebConfig): readonly string[] {
  const where = `${path}: tls_server_config`;
  if ((old.tls === null) !== (fresh.tls === null)) {
    return [`${where}: TLS was switched ${fresh.tls === null ? 'off' : 'on'}, which needs a restart`];
  }
  const asks = (config: WebConfig): boolean => config.tls !== null && config.tls.clientAuth !== 'NoClientCert';
  if (asks(old) === asks(fresh)) return [];
  return [
    `${where}.client_auth_type: asking clients for certificates was switched ${asks(fresh) ? 'on' : 'off'}, which needs a restart`,
  ];
}

/** Changes when one of the files does. A file that is not there has its place too. */
function fingerprint(files: readonly string[]): string {
  const marks = files.map((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? [file] : [file, found.ino, found.size, found.mtimeMs];
  });
  return JSON.stringify(marks);
}
