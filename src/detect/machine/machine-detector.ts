import type { InferOutput } from 'valibot';
import type { DetectorFacts, DetectorOptions, DetectorSchema, Verdict } from '../detector.ts';
import type { Card, Machine } from './machine.ts';
import type { ReadableName } from './readable.ts';

/** A collector by its name in `gradwatch_exporter_collector_success`. */
export type CollectorName =
  | ('gpu' | 'gpu_detail' | 'xid')
  | ('cpu' | 'memory' | 'vmstat' | 'pressure' | 'cgroup_memory' | 'disk' | 'network' | 'infiniband');

/** A verdict on a GPU, a run, or the node. */
export interface MachineVerdict {
  readonly run: string | null;
  readonly uuid: string | null;
  /** Whose recovery the finding waits for. */
  readonly witness: string;
  readonly verdict: Verdict;
}

/** What every detector over readings of the machine is, for lists of detectors. */
export interface AnyMachineDetector extends DetectorFacts {
  readonly options: DetectorSchema;
  readonly reads: readonly ReadableName[];
  /** The collectors that bring what it reads: it is asked when one of them has read anew. */
  readonly collectors: readonly CollectorName[];
  start(options: DetectorOptions): object;
  observe(state: unknown, machine: Machine, options: DetectorOptions): readonly MachineVerdict[];
}

/**
 * A detector over what is read of the machine and its GPUs: a pure function of (state, all readings at a moment, options), called
 * every few seconds where there is a new reading. State is mutable and owned by the caller; its size is bounded by the number of GPUs
 * and runs. It does not outlive the exporter: what holds is found again, what does not is told as recovered.
 */
export interface MachineDetector<
  Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  Name extends ReadableName,
> extends AnyMachineDetector {
  readonly kind: Kind;
  readonly options: Schema;
  readonly reads: readonly Name[];
  start(options: InferOutput<Schema>): State;
  observe(state: State, machine: Machine<Name>, options: InferOutput<Schema>): readonly MachineVerdict[];
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function machineDetector<
  const Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  const Name extends ReadableName,
>(detector: MachineDetector<Kind, State, Schema, Name>): MachineDetector<Kind, State, Schema, Name> {
  return detector;
}

/** The part of a declaration that all of these share. */
interface Declaration<
  Kind extends string,
  State,
  Schema extends DetectorSchema,
  Name extends ReadableName,
> extends Omit<DetectorFacts<Kind>, 'subject' | 'endsWithRun'> {
  readonly collectors: readonly CollectorName[];
  readonly options: Schema;
  readonly reads: readonly Name[];
  readonly start: (options: InferOutput<Schema>) => State;
}

interface CardDeclaration<
  Kind extends string,
  State,
  Schema extends DetectorSchema,
  Name extends ReadableName,
> extends Declaration<Kind, State, Schema, Name> {
  readonly observe: (state: State, card: Card<Name>, options: InferOutput<Schema>, machine: Machine<Name>) => Verdict;
}

/** A detector that judges each GPU by itself, or against the others of the same moment. */
export function cardDetector<
  const Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  const Name extends ReadableName,
>({ observe, start, ...declaration }: CardDeclaration<Kind, State, Schema, Name>) {
  return machineDetector<Kind, Map<string, State>, Schema, Name>({
    ...declaration,
    subject: 'gpu',
    endsWithRun: false,
    start: () => new Map(),
    observe(states, machine, options) {
      keepOnly(
        states,
        machine.cards.map(({ key }) => key),
      );
      return machine.cards.map((card) => {
        const { key, uuid } = card;
        const state = stateOf(states, key, () => start(options));
        return { run: null, uuid: uuid || null, witness: key, verdict: observe(state, card, options, machine) };
      });
    },
  });
}

interface NodeDeclaration<
  Kind extends string,
  State,
  Schema extends DetectorSchema,
  Name extends ReadableName,
> extends Declaration<Kind, State, Schema, Name> {
  readonly observe: (state: State, machine: Machine<Name>, options: InferOutput<Schema>) => Verdict;
}

/** A detector that judges the node as a whole. */
export function nodeDetector<
  const Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  const Name extends ReadableName,
>({ observe, ...declaration }: NodeDeclaration<Kind, State, Schema, Name>) {
  return machineDetector<Kind, State, Schema, Name>({
    ...declaration,
    subject: 'node',
    endsWithRun: false,
    observe: (state, machine, options) => [
      { run: null, uuid: null, witness: 'node', verdict: observe(state, machine, options) },
    ],
  });
}

/** A run that takes steps, and the GPUs of this node on which it computes. */
export interface RunOnCards<Name extends ReadableName> {
  readonly run: string;
  readonly cards: readonly Card<Name>[];
}

interface RunDeclaration<
  Kind extends string,
  State,
  Schema extends DetectorSchema,
  Name extends ReadableName,
> extends Declaration<Kind, State, Schema, Name> {
  readonly observe: (
    state: State,
    run: RunOnCards<Name>,
    options: InferOutput<Schema>,
    machine: Machine<Name>,
  ) => Verdict;
}

/** A detector that judges how a run uses its GPUs, from its first step on. Without a run that names GPUs it is not asked. */
export function runDetector<
  const Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  const Name extends ReadableName,
>({ observe, start, ...declaration }: RunDeclaration<Kind, State, Schema, Name>) {
  return machineDetector<Kind, Map<string, State>, Schema, Name>({
    ...declaration,
    subject: 'run',
    endsWithRun: true,
    start: () => new Map(),
    observe(states, machine, options) {
      const training = machine.runs.flatMap(({ run, ranks }): RunOnCards<Name>[] => {
        const cards = machine.cards.filter(({ ranks: own }) => own.some((rank) => rank.run === run));
        return cards.length > 0 && ranks.every(({ steps }) => steps > 0) ? [{ run, cards }] : [];
      });
      keepOnly(
        states,
        training.map(({ run }) => run),
      );
      return training.map((each) => {
        const state = stateOf(states, each.run, () => start(options));
        const verdict = observe(state, each, options, machine);
        return { run: each.run, uuid: null, witness: 'node', verdict };
      });
    },
  });
}

function stateOf<State>(states: Map<string, State>, key: string, start: () => State): State {
  let state = states.get(key);
  if (state === undefined) {
    state = start();
    states.set(key, state);
  }
  return state;
}

function keepOnly(states: Map<string, unknown>, keys: readonly string[]): void {
  for (const key of states.keys()) if (!keys.includes(key)) states.delete(key);
}
