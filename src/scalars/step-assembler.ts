import type { Event } from '../event-files/index.ts';
import { ofEpochs, otherCounts } from './aliases.ts';
import type { Meaning } from './meaning.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Who wrote an event: Keras and estimators have a writer of their own for what comes of validation data. */
export type Writer = 'training' | 'validation';

/** What is told of one step, or a part of it that came later. */
export interface AssembledStep {
  readonly step: number;
  /** Unix seconds. */
  readonly time: number;
  readonly values: ReadonlyMap<Meaning, number>;
  /** By tag, what means nothing here. */
  readonly extras: ReadonlyMap<string, number>;
}

interface OpenStep extends AssembledStep {
  readonly values: Map<Meaning, number>;
  readonly extras: Map<string, number>;
}

/** Writers put each scalar of a step into an event of its own, and those of an evaluation a few steps late. */
const openSteps = 8;
/** Tags without a meaning that are kept; a log may have one for every parameter of a network. */
const mostExtras = 100;

/** What an evaluation brings. It may come long after its step, and is then of the step that the training has reached. */
const ofEvaluations: ReadonlySet<Meaning> = new Set([
  'validation_loss',
  'evaluated_training_loss',
  'evaluation_seconds',
  'epoch',
]);

/**
 * Puts the scalars of one training, in the order in which they were written, together to steps, which it gives in their order.
 *
 * What is told once more of a step is told by a training that went back. An evaluation that ends late, or whose step counts epochs, is given
 * with the step that the training has reached. Where scalars of steps and of epochs come together, those of epochs belong to the step that their epoch ends
 * with; where there are none of steps, an epoch is a step. Values without a meaning go with the next step that has one, since what
 * their steps count is not known.
 */
export class StepAssembler {
  /** Tags that mean nothing here. */
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;
  readonly #give: (step: AssembledStep) => void;
  readonly #behind: (step: number) => void;
  readonly #open = new Map<number, OpenStep>();
  /** The tag that brings a field: where several could, it is the first one that came. */
  readonly #tags = new Map<Meaning, string>();
  /** Waits for a step that has no such value yet. */
  readonly #late = new Map<Meaning, number>();
  readonly #lateExtras = new Map<string, number>();
  /** The step that was given last, and what is known of it. */
  #newest: { readonly step: number; readonly known: Set<Meaning> } | null = null;
  /** Scalars of steps have come, not only of epochs. */
  #stepwise = false;

  /** @param behind told of each evaluation whose step is so far behind that it may count epochs */
  constructor(
    vocabulary: Vocabulary,
    give: (step: AssembledStep) => void,
    behind: (step: number) => void = () => undefined,
  ) {
    this.#vocabulary = vocabulary;
    this.#give = give;
    this.#behind = behind;
  }

  /** The training had reached this step before anything is taken: it was told of by another assembler. */
  goOnFrom(step: number): void {
    this.#newest ??= { step, known: new Set() };
  }

  take({ step, time, scalars }: Event, writer: Writer = 'training'): void {
    for (const [tag, value] of scalars) {
      if (otherCounts.test(tag)) continue;
      const column = this.#vocabulary.find(tag);
      const meaning = column === undefined ? null : meaningFor(column.meaning, writer);
      // Its event says which step it is and when.
      if (meaning === 'step' || meaning === 'time' || meaning === 'rank') continue;
      const name = writer === 'training' ? tag : `${writer}/${tag}`;
      if (column === undefined || meaning === null || !this.#brings(name, meaning))
        this.#takeExtra(step, time, name, value);
      else if (ofEpochs.test(tag)) this.#takeOfEpoch(step, time, meaning, column.convert(value));
      else this.#takeValue(step, time, meaning, column.convert(value));
    }
    while (this.#open.size > openSteps) this.#close(Math.min(...this.#open.keys()));
  }

  /** Gives all that is open. What comes of these steps later is given as a part. */
  close(): void {
    for (const step of [...this.#open.keys()].sort((one, other) => one - other)) this.#close(step);
  }

  #takeValue(step: number, time: number, meaning: Meaning, value: number): void {
    if (this.#open.get(step)?.values.has(meaning) === true) {
      if (ofEvaluations.has(meaning)) {
        this.#open.get(step)?.values.set(meaning, value);
        return;
      }
      this.close();
    }
    if (!ofEvaluations.has(meaning)) {
      this.#stepwise = true;
      if (this.#isBack(step)) this.close();
    }
    this.#stepOf(step, time).values.set(meaning, value);
  }

  #takeOfEpoch(epoch: number, time: number, meaning: Meaning, value: number): void {
    if (!this.#stepwise) {
      const open = this.#open.get(epoch);
      if (open?.values.has(meaning) === true) this.close();
      this.#stepOf(epoch, time).values.set(meaning, value).set('epoch', epoch);
      return;
    }
    // The mean over an epoch is no loss of its last step.
    if (meaning === 'loss') return;
    this.close();
    this.#late.set(meaning, value).set('epoch', epoch);
    this.#giveLate(time);
  }

  #takeExtra(step: number, time: number, tag: string, value: number): void {
    if (!this.unknown.has(tag) && this.unknown.size >= mostExtras) return;
    this.unknown.add(tag);
    if (this.#stepwise && ofEpochs.test(tag)) {
      this.close();
      this.#lateExtras.set(tag, value);
    } else {
      this.#stepOf(step, time).extras.set(tag, value);
    }
  }

  /** Whether the training went back to this step, beyond all that are open: those came before it. */
  #isBack(step: number): boolean {
    return step < (this.#newest?.step ?? -Infinity) && step < Math.min(...this.#open.keys());
  }

  #brings(tag: string, meaning: Meaning): boolean {
    const held = this.#tags.get(meaning);
    if (held === undefined) this.#tags.set(meaning, tag);
    return held === undefined || held === tag;
  }

  #stepOf(step: number, time: number): OpenStep {
    let open = this.#open.get(step);
    if (open === undefined) {
      open = { step, time, values: new Map(), extras: new Map() };
      this.#open.set(step, open);
    }
    return open;
  }

  #close(step: number): void {
    const open = this.#open.get(step);
    this.#open.delete(step);
    if (open === undefined) return;
    const { time, values, extras } = open;
    const newest = this.#newest?.step;
    if (newest !== undefined && step <= newest && [...values.keys()].every((meaning) => ofEvaluations.has(meaning))) {
      if (step < newest - openSteps) this.#behind(step);
      for (const [meaning, value] of values) this.#late.set(meaning, value);
      for (const [tag, value] of extras) this.#lateExtras.set(tag, value);
      this.#giveLate(time);
    } else if (values.size === 0) {
      for (const [tag, value] of extras) this.#lateExtras.set(tag, value);
    } else {
      this.#pass(step, time, values, extras);
    }
  }

  /** Gives what came late as a part of the step that was given last, as far as it has no such values. */
  #giveLate(time: number): void {
    if (this.#newest !== null) this.#pass(this.#newest.step, time, new Map(), new Map());
  }

  #pass(step: number, time: number, values: Map<Meaning, number>, extras: Map<string, number>): void {
    if (this.#newest?.step !== step) this.#newest = { step, known: new Set() };
    const { known } = this.#newest;
    for (const [meaning, value] of this.#late) {
      if (known.has(meaning)) continue;
      // A step that brings its own has a newer one.
      if (!values.has(meaning)) values.set(meaning, value);
      this.#late.delete(meaning);
    }
    for (const [tag, value] of this.#lateExtras) if (!extras.has(tag)) extras.set(tag, value);
    this.#lateExtras.clear();
    for (const meaning of values.keys()) known.add(meaning);
    if (values.size > 0 || extras.size > 0) this.#give({ step, time, values, extras });
  }
}

function meaningFor(meaning: Meaning, writer: Writer): Meaning | null {
  if (writer === 'training') return meaning;
  return meaning === 'loss' || meaning === 'validation_loss' ? 'validation_loss' : null;
}
