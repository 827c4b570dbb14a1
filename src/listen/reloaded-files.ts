import { statSync } from 'node:fs';

/** Where a change, or what is wrong with one, is told. */
export interface ReloadLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What was read, the files that it was read from, and what is wrong with them. */
export interface ReadFiles<Value> {
  readonly value: Value | null;
  /** One line for each. */
  readonly mistakes: readonly string[];
  readonly files: readonly string[];
}

/** Files are not as they should be. */
export class MistakenFilesError extends Error {
  override readonly name = 'MistakenFilesError';
  /** One line for each. */
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

export interface FileReader<Value> {
  /** What the files hold, in words: "web configuration". */
  readonly subject: string;
  readonly read: () => ReadFiles<Value>;
  /** One line for each change that a listening server cannot make. */
  readonly needRestart: (old: Value, fresh: Value) => readonly string[];
}

/**
 * What is read from files, and read again when one of them changes. What is broken changes nothing: the last good value stays, and
 * the reason is told once.
 */
export class ReloadedFiles<Value> {
  readonly #reader: FileReader<Value>;
  readonly #log: ReloadLog;
  readonly #listeners: ((value: Value) => void)[] = [];
  #files: readonly string[];
  #current: Value;
  #seen: string;
  #told = '';
  #succeeded = true;

  /** @throws MistakenFilesError */
  constructor(reader: FileReader<Value>, log: ReloadLog) {
    this.#reader = reader;
    this.#log = log;
    const { value, mistakes, files } = reader.read();
    if (value === null) throw new MistakenFilesError(mistakes);
    this.#current = value;
    this.#files = files;
    this.#seen = fingerprint(files);
  }

  get current(): Value {
    return this.#current;
  }

  /** Whether what is in force is what the files say. */
  get upToDate(): boolean {
    return this.#succeeded;
  }

  /** Calls the listener with every further value that comes in force. */
  subscribe(listener: (value: Value) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads again where a file has changed. To be called every few seconds. */
  refresh(): void {
    if (fingerprint(this.#files) !== this.#seen) this.reload();
  }

  /** Reads again. @returns the mistakes that kept what is new from coming in force; none when it has */
  reload(): readonly string[] {
    const { value, mistakes: misread, files } = this.#reader.read();
    this.#files = files;
    this.#seen = fingerprint(files);
    const mistakes = value === null ? misread : this.#reader.needRestart(this.#current, value);
    this.#succeeded = mistakes.length === 0;
    if (value === null || mistakes.length > 0) {
      this.#complain(mistakes);
      return mistakes;
    }
    this.#told = '';
    this.#current = value;
    for (const listener of this.#listeners) listener(value);
    this.#log.info({ files }, `read the ${this.#reader.subject} again`);
    return [];
  }

  #complain(mistakes: readonly string[]): void {
    const told = mistakes.join('\n');
    if (told === this.#told) return;
    this.#told = told;
    this.#log.error(
      { files: this.#files, mistakes },
      `the ${this.#reader.subject} cannot be taken; the last good one stays in force`,
    );
  }
}

/** Changes when one of the files does. A file that is not there has its place too. */
function fingerprint(files: readonly string[]): string {
  const marks = files.map((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? [file] : [file, found.ino, found.size, found.mtimeMs];
  });
  return JSON.stringify(marks);
}
