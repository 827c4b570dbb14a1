import * as v from 'valibot';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** How far a file was read. */
const savedMark = v.object({
  /** By what the file is known again: its first bytes. */
  head: v.string(),
  /** The first byte that was not taken. */
  position: count,
  /** Whether a record begins there only by chance. */
  searching: v.boolean(),
});
export type FileMark = Readonly<v.InferOutput<typeof savedMark>>;
/** By path. */
export type FileMarks = Readonly<Record<string, FileMark>>;

/** What outlives the exporter of an {@link Intake}. */
export const savedIntake = v.object({
  session: v.string(),
  sequence: count,
  droppedSteps: count,
  marks: v.optional(v.record(v.string(), savedMark)),
});
export type SavedIntake = v.InferOutput<typeof savedIntake>;

/** More than a client has under way at once. */
const mostSentAway = 64;
/** What one batch has overtaken on its way comes within so many seconds, or never. */
const overtakenSeconds = 1;

/** How far one process that speaks for a rank was heard, over one connection after the other or in the files that it writes. */
export class Intake {
  /** What tells its process from others. */
  readonly session: string;
  /** Of a process that is heard through its files. */
  marks: FileMarks = {};
  #sequence = 0;
  #droppedSteps = 0;
  #saving = 0;
  #onDisk = 0;
  /** Batches that were sent away since the last one was taken, for what they leave out was asked for, and when; Unix seconds. */
  #sentAway: Map<number, number> | null = null;

  constructor(session: string) {
    this.session = session;
  }

  /** A process that was heard before a restart of the exporter. */
  static restore({ session, sequence, droppedSteps, marks }: SavedIntake): Intake {
    const intake = new Intake(session);
    intake.marks = marks ?? {};
    intake.#sequence = intake.#saving = intake.#onDisk = sequence;
    intake.#droppedSteps = droppedSteps;
    return intake;
  }

  /** The last batch received; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The last batch that is in a snapshot on disk. */
  get onDisk(): number {
    return this.#onDisk;
  }

  /**
   * Whether batches are to be asked for before this one is taken: the last is not the one before it, and they have had no time to come since
   * it was sent away for them. What a process has dropped never comes, so that it is taken then.
   * @param time Unix seconds
   */
  asksBefore(sequence: number, time: number): boolean {
    if (sequence <= this.#sequence + 1) return false;
    this.#sentAway ??= new Map();
    const sentAway = this.#sentAway.get(sequence);
    // A clock that was set back may not hold it up.
    if (sentAway !== undefined) return Math.abs(time - sentAway) < overtakenSeconds;
    if (this.#sentAway.size >= mostSentAway) this.#sentAway.clear();
    this.#sentAway.set(sequence, time);
    return true;
  }

  /**
   * A batch was taken whole.
   * @param droppedSteps what the process says that it dropped since it began
   * @returns how many of these are new
   */
  take(sequence: number, droppedSteps: number): number {
    this.#sequence = sequence;
    this.#sentAway = null;
    const more = Math.max(0, droppedSteps - this.#droppedSteps);
    this.#droppedSteps += more;
    return more;
  }

  save(): SavedIntake {
    this.#saving = this.#sequence;
    const { session, marks } = this;
    return { session, sequence: this.#sequence, droppedSteps: this.#droppedSteps, marks: { ...marks } };
  }

  /** What {@link save} gave last will not be on disk. */
  leftOut(): void {
    this.#saving = this.#onDisk;
  }

  /** What {@link save} gave last is on disk. */
  saved(): void {
    this.#onDisk = this.#saving;
  }
}
