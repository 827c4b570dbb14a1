import type { Control } from './control.ts';
import { effect, type Effect } from './faults.ts';
import { readings, type Gpu } from './gpu.ts';
import type { Invocation } from './invocation.ts';
import { cell, outlivesCard, outlivesIdentity } from './query-fields.ts';

/** What one query prints, or how it fails. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  /** null: go on; else the exit code. */
  readonly code: number | null;
}

type Query = Extract<Invocation, { ask: 'query-gpu' | 'list' }>;

/** The GPUs that a query is about. */
export function selected(query: Query, machine: readonly Gpu[]): readonly Gpu[] {
  if (query.ask === 'list' || query.ids === null) return machine;
  const ids = query.ids.map((id) => id.toLowerCase());
  return machine.filter(({ index, uuid, bus }) =>
    ids.some((id) => id === String(index) || id === uuid.toLowerCase() || id.endsWith(`:${bus.toLowerCase()}:00.0`)),
  );
}

/** How long a query takes under the faults, in seconds. */
export function delay({ faults }: Control): number {
  return faults
    .map((fault) => effect(fault, []))
    .reduce((sum, effect) => sum + (effect.on === 'time' ? effect.seconds : 0), 0);
}

/** Answers one query. The header is not repeated: `first` is true for the first query of a process. */
export function answer(query: Query, machine: readonly Gpu[], control: Control, time: Date, first: boolean): Answer {
  const queried = selected(query, machine);
  const effects = control.faults.map((fault) => effect(fault, queried));
  const failure = effects.find((effect) => effect.on === 'query');
  if (failure !== undefined) {
    return { stdout: '', stderr: '', code: failure.code, [failure.stream]: `${failure.text}\n` };
  }
  if (queried.length === 0) return { stdout: 'No devices were found\n', stderr: '', code: 6 };
  const gone = new Set(effects.flatMap((effect) => (effect.on === 'list' ? [effect.gpu] : [])));
  const rows = queried.filter(({ index }) => !gone.has(index));
  if (query.ask === 'list') {
    const lines = rows.map(({ index, model, uuid }) => `GPU ${index}: ${model.name} (UUID: ${uuid})\n`);
    return { stdout: lines.join(''), stderr: '', code: null };
  }
  const header = query.fields.map(({ names, unit }) => `${names[0] ?? ''}${unit === null ? '' : ` [${unit}]`}`);
  const lines = rows.map((gpu) => {
    const moment = {
      gpu,
      readings: readings(gpu, time.getTime() / 1000),
      time,
      driver: control.driver,
      count: machine.length - gone.size,
    };
    const fault = effects.find((effect): effect is RowEffect => effect.on === 'row' && effect.gpu === gpu.index);
    return query.fields.map((field) => {
      const spared = fault === undefined || (fault.nameless ? outlivesIdentity(field) : outlivesCard(field));
      return spared ? cell(field, moment, query.units) : fault.text;
    });
  });
  return {
    stdout: [...(first && query.header ? [header] : []), ...lines].map((line) => `${line.join(', ')}\n`).join(''),
    stderr: '',
    code: null,
  };
}

type RowEffect = Extract<Effect, { on: 'row' }>;
