import * as v from 'valibot';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What outlives the exporter of an {@link Intake}. */
export const savedIntake = v.object({ session: v.string(), sequence: count, droppedSteps: count });
export type SavedIntake = v.InferOutput<typeof savedIntake>;

/** How far one process that speaks for a rank was heard, over one connection after the other. */
export class Intake {
  /** What tells its process from others. */
  readonly session: string;
  #sequence = 0;
  #droppedSteps = 0;
  #saving = 0;
  #onDisk = 0;

  constructor(session: string) {
    this.session = session;
  }

  /** A process that was heard before a restart of the exporter. */
  static restore({ session, sequence, droppedSteps }: SavedIntake): Intake {
    const intake = new Intake(session);
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
   * A batch was taken whole.
   * @param droppedSteps what the process says that it dropped since it began
   * @returns how many of these are new
   */
  take(sequence: number, droppedSteps: number): number {
    this.#sequence = sequence;
    const more = Math.max(0, droppedSteps - this.#droppedSteps);
    this.#droppedSteps += more;
    return more;
  }

  save(): SavedIntake {
    this.#saving = this.#sequence;
    return { session: this.session, sequence: this.#sequence, droppedSteps: this.#droppedSteps };
  }

  /** What {@link save} gave last is on disk. */
  saved(): void {
    this.#onDisk = this.#saving;
  }
}
