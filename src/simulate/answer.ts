import type { Control } from './control.ts';
import { document } from './document.ts';
import { factsOf } from './facts.ts';
import { concerns, failure, type Call, type Fault } from './faults.ts';
import type { Query } from './invocation.ts';
import { linkErrors, linkRates, linkTraffic } from './links.ts';
import { gpus, type Gpu } from './machine.ts';
import { migList } from './mig.ts';
import { models } from './models/index.ts';
import type { Facts } from './moment.ts';
import { cell, headerCell, helpText, queryFields, type QueryField } from './query-fields.ts';
import { replayed, replayedHelp } from './replay.ts';
import { spoil, type Answer } from './spoil.ts';

/** When a query comes. */
export interface Occasion {
  readonly time: Date;
  /** Unix time at which the control began to hold. */
  readonly since: number;
  /** The header is printed once in the life of a process. */
  readonly first: boolean;
}

interface Card {
  readonly gpu: Gpu;
  readonly facts: Facts;
}

/** How long a call takes under the faults, in seconds. */
export function delay(faults: readonly Fault[], call: Call): number {
  return faults.reduce((sum, fault) => {
    if (fault.kind === 'hang' && concerns(fault, call)) return Infinity;
    return fault.kind === 'slow' && concerns(fault, call) ? sum + fault.seconds : sum;
  }, 0);
}

export function help(control: Control): string {
  if (control.replay !== null) return replayedHelp(control.replay, control.state);
  return helpText(queryFields(driverOf(control), gone(control)));
}

/** Answers one query. */
export function answer(query: Query, control: Control, { time, since, first }: Occasion): Answer {
  if (control.replay !== null) return replayed(query, control.replay, control, first);
  const machine = gpus(models[control.model], control.gpus, control.seed, driverOf(control));
  const queried = selected(query, machine);
  for (const fault of control.faults) {
    const failed = failure(fault, query.ask, queried);
    if (failed !== null) return { stdout: '', stderr: '', code: failed.code, [failed.stream]: `${failed.text}\n` };
  }
  if (queried.length === 0) return { stdout: 'No devices were found\n', stderr: '', code: 6 };
  const hidden = new Set(control.faults.flatMap((fault) => (fault.kind === 'row_gone' ? [fault.gpu] : [])));
  const miscounted = control.faults.find((fault) => fault.kind === 'miscounted');
  const count = miscounted?.kind === 'miscounted' ? miscounted.count : machine.length - hidden.size;
  const moment = { time, since, count, faults: control.faults };
  const cards = queried.filter(({ index }) => !hidden.has(index)).map((gpu) => ({ gpu, facts: factsOf(gpu, moment) }));
  const asked = query.ask === 'query-gpu' ? fieldsOf(query, control) : [];
  if (typeof asked === 'string')
    return { stdout: `Field "${asked}" is not a valid field to query.\n\n`, stderr: '', code: 2 };
  const printed = {
    'query-gpu': () => csv(cards, asked, query, first),
    document: () => {
      const told = cards.map((card) => {
        const { index } = card.gpu;
        return { ...card, pid: control.pids[index] ?? null, name: control.names[index] ?? null };
      });
      return document(told, driverOf(control), time, count);
    },
    list: () => cards.map((card) => listLine(card, migList)).join(''),
    'link-rates': () => cards.map((card) => listLine(card, (gpu) => linkRates(gpu, moment))).join(''),
    'link-errors': () => cards.map((card) => listLine(card, (gpu) => linkErrors(gpu, moment))).join(''),
    'link-traffic': () => cards.map((card) => listLine(card, (gpu) => linkTraffic(gpu, moment))).join(''),
  }[query.ask]();
  return spoil(printed, control, query.ask);
}

function driverOf({ driver, model }: Control): string {
  return driver ?? models[model].driver;
}

function gone({ faults }: Control): ReadonlySet<string> {
  return new Set(faults.flatMap((fault) => (fault.kind === 'field_gone' ? [fault.field] : [])));
}

/** The GPUs that a query is about. */
function selected({ ids }: Query, machine: readonly Gpu[]): readonly Gpu[] {
  if (ids === null) return machine;
  const wanted = ids.map((id) => id.toLowerCase());
  return machine.filter(({ index, uuid, bus }) =>
    wanted.some((id) => id === String(index) || id === uuid.toLowerCase() || id.endsWith(`:${bus.toLowerCase()}:00.0`)),
  );
}

/** The fields that a query names, or the first name that the driver does not know. */
function fieldsOf(query: Query, control: Control): readonly QueryField[] | string {
  const offered = queryFields(driverOf(control), gone(control));
  const byName = new Map(offered.flatMap((field) => field.names.map((name) => [name, field] as const)));
  const fields: QueryField[] = [];
  for (const name of query.fields) {
    const field = byName.get(name);
    if (field === undefined) return name;
    fields.push(field);
  }
  return fields;
}

function csv(cards: readonly Card[], fields: readonly QueryField[], { header, units }: Query, first: boolean): string {
  const rows = cards.map(({ facts }) => fields.map((field) => cell(field, facts, units)));
  return [...(first && header ? [fields.map(headerCell)] : []), ...rows].map((row) => `${row.join(', ')}\n`).join('');
}

/** @param below the lines that stand below a card */
function listLine({ gpu, facts }: Card, below: (gpu: Gpu) => readonly string[]): string {
  const { index, uuid, model } = gpu;
  if (facts.get('uuid') !== uuid) return `Unable to determine the UUID of GPU ${index}: ${facts.get('uuid') ?? ''}\n`;
  return [`GPU ${index}: ${model.name} (UUID: ${uuid})`, ...below(gpu), ''].join('\n');
}
