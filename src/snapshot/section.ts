/** A limit that the configuration sets now, and that has no room for all that was saved. */
export interface LimitOfNow {
  /** In the section of the configuration that is called like the section of the snapshot: "max_series". */
  readonly option: string;
  readonly limit: number;
}

/**
 * What one room wants to find again after a restart of the exporter. The room owns the meaning; this room stores it.
 *
 * A section is a list of parts. What belongs together (a rank's counts and the last batch that they include) is in one part, since other
 * events may come between two parts. A part is what JSON can tell (`toJSON` of objects included), and NaN, infinities and Float64Arrays.
 * It is small: making it and writing it as text takes well under a millisecond.
 */
export interface Section {
  /** snake_case, the label `section`. */
  readonly name: string;
  /** To be raised when parts change so that the code before or after would misread them: parts of another version are left out. */
  readonly version: number;
  /** Rises with every change of what {@link save} would give. */
  revision(): number;
  /** The parts, as they are when each is asked for. */
  save(): Iterable<unknown>;
  /** This part, which {@link save} gave last, finds no room in the snapshot: it will not be on disk. */
  leftOut?(part: unknown): void;
  /** What {@link save} gave last is on disk, but for what was left out. Not called when it could not be written. */
  saved?(): void;
  /**
   * Takes a part back, once, before anything else happens. Never throws: null, or one clause on why it cannot be used.
   * @param overLimit told of each thing that a limit leaves out now: the part itself, or a name in it
   */
  restore(part: unknown, overLimit?: (limit: LimitOfNow) => void): string | null;
  /** Every part of every section has been given back. */
  restored?(): void;
}
