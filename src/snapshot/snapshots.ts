import type { SeriesTable } from '../series/index.ts';
import { DirectoryHeldError, failureOf, failureReasons } from './failure.ts';
import { maxBytes, read, write, type SavedSection } from './format.ts';
import { failureMetrics, leftOutMetrics, restoreMetrics, writingMetrics, type RestoreState } from './metrics.ts';
import { Room } from './room.ts';
import type { LimitOfNow, Section } from './section.ts';

/** Where snapshots are kept: a directory, or what a test puts in its place. */
export interface SnapshotStore {
  readonly path: string;
  create(): Promise<void>;
  hold(): Promise<void>;
  read(): Promise<Buffer | null>;
  draft(): Promise<SnapshotDraft>;
  release(): Promise<void>;
}

export interface SnapshotDraft {
  write(text: string): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface SnapshotsParts {
  readonly store: SnapshotStore;
  readonly intervalSeconds: number;
  /** Of a snapshot; as many as can be read where not given. */
  readonly maxBytes?: number;
  /** In the order in which they are written and given back. */
  readonly sections: readonly Section[];
  readonly table: SeriesTable;
  readonly log: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
  /** Unix time in seconds. */
  readonly now: () => number;
  readonly timers: {
    readonly monotonic: () => number;
    readonly after: (seconds: number, call: () => void) => () => void;
  };
}

/** Snapshots that are asked for begin at least so far apart. */
const shortestGapSeconds = 0.1;

/**
 * Keeps the state of the sections on disk: gives it back at the start, writes it on a beat, on request, and at the end. A disk that
 * fails is counted, told once until it fails in another way, and tried again on the next beat; nothing else waits for it.
 */
export class Snapshots {
  readonly #parts: SnapshotsParts;
  readonly #writing;
  readonly #failures;
  readonly #leftOut;
  readonly #restore;
  readonly #listeners: (() => void)[] = [];
  readonly #room: Room;
  /** Of each section, as the snapshot on disk has it. */
  #revisions: readonly number[] = [];
  #failing: string | null = null;
  #crowded = false;
  #began = -Infinity;
  #current: Promise<boolean> = Promise.resolve(true);
  #next: Promise<boolean> | null = null;
  #cancelBeat: () => void = () => undefined;
  #started = false;

  constructor(parts: SnapshotsParts) {
    this.#parts = parts;
    this.#room = new Room(parts.maxBytes ?? maxBytes);
    const { table } = parts;
    this.#writing = table.group([], writingMetrics).row({});
    this.#failures = table.group(['reason'], failureMetrics);
    this.#leftOut = table.group(['section', 'reason'], leftOutMetrics);
    this.#restore = table.group([], restoreMetrics).row({});
    for (const reason of failureReasons) this.#failures.row({ reason }).set('failures', 0);
  }

  /** Calls back after each snapshot that is on disk; then the sections know it too. */
  onSaved(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Gives the sections what the last exporter left, and begins the beat. A directory that cannot be used is told, and tried again.
   * @throws DirectoryHeldError when another exporter uses it
   */
  async start(): Promise<void> {
    const { store } = this.#parts;
    try {
      await store.create();
      await store.hold();
    } catch (error) {
      if (error instanceof DirectoryHeldError) throw error;
      this.#fail(error);
    }
    this.#restore.setState('state', await this.#takeBack());
    for (const section of this.#parts.sections) section.restored?.();
    this.#started = true;
    this.#scheduleBeat();
  }

  /** Settles when all that was there at the call is on disk, true, or could not be written, false. */
  save(): Promise<boolean> {
    // One that runs may have passed what changed a moment ago, so the next one it is.
    this.#next ??= this.#current.then(async () => {
      await this.#rest(this.#began + shortestGapSeconds - this.#parts.timers.monotonic());
      this.#next = null;
      this.#current = this.#save();
      return this.#current;
    });
    return this.#next;
  }

  /** Writes the last snapshot and lets go of the directory, within the grace. Does nothing where it did not start. */
  async stop(graceSeconds: number): Promise<void> {
    if (!this.#started) return;
    this.#cancelBeat();
    const finished = this.save().then(() => this.#parts.store.release());
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#parts.timers.after(graceSeconds, resolve);
    });
    await Promise.race([finished, late]);
    cancel();
  }

  #scheduleBeat(): void {
    const { intervalSeconds, timers } = this.#parts;
    this.#cancelBeat = timers.after(intervalSeconds, () => {
      this.#scheduleBeat();
      // A disk that hangs is waited for by one snapshot and not by one from every beat.
      if (this.#next === null) void this.save();
    });
  }

  async #save(): Promise<boolean> {
    const { sections, now, timers } = this.#parts;
    this.#began = timers.monotonic();
    const time = now();
    const revisions = sections.map((section) => section.revision());
    try {
      if (this.#failing !== null || revisions.some((revision, at) => revision !== this.#revisions[at])) {
        const { size, leftOut } = await this.#write(time);
        this.#writing.set('size', size);
        this.#writing.set('duration', timers.monotonic() - this.#began);
        for (const section of sections) section.saved?.();
        // What was left out may find room the next time.
        this.#revisions = leftOut === 0 ? revisions : [];
        this.#tellOfRoom(leftOut);
      }
    } catch (error) {
      this.#fail(error);
      return false;
    }
    this.#writing.set('timestamp', time);
    this.#recover();
    for (const listener of this.#listeners) listener();
    return true;
  }

  /** @returns its size in bytes, and how many parts found no room */
  async #write(time: number): Promise<{ readonly size: number; readonly leftOut: number }> {
    const { store, sections } = this.#parts;
    const draft = await store.draft();
    let leftOut = 0;
    let size = 0;
    try {
      const pieces = write(sections, time, this.#room, (section) => {
        leftOut += 1;
        this.#countLeftOut(section, 'no_room');
      });
      for (const text of pieces) {
        await draft.write(text);
        size += Buffer.byteLength(text);
      }
      await draft.commit();
    } catch (error) {
      await draft.discard();
      throw error;
    }
    return { size, leftOut };
  }

  async #takeBack(): Promise<RestoreState> {
    const { store, log, now } = this.#parts;
    const facts = { directory: store.path };
    let bytes: Buffer | null;
    try {
      bytes = await store.read();
    } catch (error) {
      log.warn({ ...facts, err: error }, 'the last snapshot cannot be read: the exporter begins with nothing');
      return 'unreadable';
    }
    if (bytes === null) return 'nothing_there';
    const snapshot = read(bytes);
    if ('refusal' in snapshot) {
      log.warn(facts, `the last snapshot is refused, ${snapshot.refusal}: the exporter begins with nothing`);
      return 'refused';
    }
    let whole = true;
    for (const section of this.#parts.sections) {
      const saved = snapshot.sections.get(section.name);
      if (saved !== undefined && !this.#giveBack(section, saved)) whole = false;
    }
    log.info({ ...facts, age: now() - snapshot.time }, 'the state of the last snapshot is back');
    return whole ? 'restored' : 'in_part';
  }

  #giveBack(section: Section, saved: SavedSection): boolean {
    const { log, store } = this.#parts;
    const { name, version } = section;
    const facts = { directory: store.path, section: name };
    if (saved.version !== version) {
      this.#countLeftOut(name, 'other_version', saved.parts.length);
      log.warn(
        facts,
        `section ${name} of the last snapshot has version ${saved.version}, expected ${version}: left out`,
      );
      return false;
    }
    const overLimits = new Map<string, number>();
    const overLimit = ({ option, limit }: LimitOfNow): void => {
      this.#countLeftOut(name, option);
      const clause = `${name}.${option}, which is ${limit} now`;
      overLimits.set(clause, (overLimits.get(clause) ?? 0) + 1);
    };
    const problems = saved.parts.map((part) => section.restore(part, overLimit)).filter((problem) => problem !== null);
    if (overLimits.size > 0) {
      const each = [...overLimits].map(([clause, things]) => `${things} over ${clause}`);
      log.warn(facts, `not all of section ${name} of the last snapshot has room: ${each.join('; ')}`);
    }
    if (problems[0] === undefined) return overLimits.size === 0;
    this.#countLeftOut(name, 'not_usable', problems.length);
    log.warn(
      { ...facts, parts: problems.length },
      `${problems.length} of ${saved.parts.length} parts of section ${name} are left out, the first because ${problems[0]}`,
    );
    return false;
  }

  /** @param reason `no_room`, `other_version`, `not_usable`, or the option whose limit leaves it out */
  #countLeftOut(section: string, reason: string, parts = 1): void {
    this.#leftOut.row({ section, reason }).add('leftOut', parts);
  }

  #tellOfRoom(leftOut: number): void {
    const { log, store } = this.#parts;
    if (leftOut > 0 && !this.#crowded) {
      log.warn(
        { directory: store.path, parts: leftOut },
        `the state is larger than a snapshot may be: the largest parts are left out, and what workers report into them is not acknowledged`,
      );
    }
    this.#crowded = leftOut > 0;
  }

  #fail(error: unknown): void {
    const { log, store } = this.#parts;
    const { reason, clause } = failureOf(error);
    this.#failures.row({ reason }).add('failures');
    if (this.#failing === clause) return;
    this.#failing = clause;
    log.warn(
      { directory: store.path, reason, err: error },
      `no snapshot can be written to ${store.path}: ${clause}. Nothing more is acknowledged to workers until then`,
    );
  }

  #recover(): void {
    if (this.#failing === null) return;
    this.#failing = null;
    this.#parts.log.info({ directory: this.#parts.store.path }, 'snapshots are written again');
  }

  #rest(seconds: number): Promise<void> {
    if (seconds <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#parts.timers.after(seconds, resolve));
  }
}
