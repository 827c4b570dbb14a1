import { driverIn } from './drivers/driver-range.ts';
import { queryFieldLines } from './drivers/query-fields.ts';
import type { Facts } from './moment.ts';

/** A field of `--query-gpu`. */
export interface QueryField {
  /** All names that a query may use; the first stands in the header. */
  readonly names: readonly string[];
  readonly unit: string | null;
}

/** The fields that a driver offers, in the order of its help text, but those that it does not know for once. */
export function queryFields(driver: string, gone: ReadonlySet<string> = new Set()): readonly QueryField[] {
  const fields: QueryField[] = [];
  for (const line of queryFieldLines.trim().split('\n')) {
    const [, names = '', unit = null, drivers = ''] = /^(\S+)(?: \[(.+)\])?(?: @(\S+))?$/.exec(line) ?? [];
    const field = { names: names.split('|'), unit };
    if ((drivers === '' || driverIn(drivers, driver)) && !field.names.some((name) => gone.has(name)))
      fields.push(field);
  }
  return fields;
}

export function headerCell({ names, unit }: QueryField): string {
  return `${names[0] ?? ''}${unit === null ? '' : ` [${unit}]`}`;
}

/** The text of one cell. What is no value stands in brackets, but for some fields that print it bare. */
export function cell(field: QueryField, facts: Facts, units: boolean): string {
  const name = (field.names[0] ?? '').replace('clocks_throttle_reasons.', 'clocks_event_reasons.');
  const value = facts.get(name) ?? 'N/A';
  if (isNoValue(value)) return value === 'N/A' && printsBare.test(name) ? value : `[${value}]`;
  return units && field.unit !== null && /^[-\d.]+$/.test(value) ? `${value} ${field.unit}` : value;
}

const printsBare = /^(temperature\.memory$|fabric\.|platform\.)/;

/** Words in the place of a value: not there, not for us, or an error of the card. */
export function isNoValue(text: string): boolean {
  return /^(N\/A|GPU is lost|GPU requires reset|Unknown Error|Insufficient Permissions|Requested functionality has been deprecated)$/.test(
    text,
  );
}

/** What `--help-query-gpu` prints: names in quotes, then a sentence, in which quotes appear too. */
export function helpText(fields: readonly QueryField[]): string {
  const about = (name: string): string =>
    name === 'compute_mode'
      ? 'The compute mode.\n"0: Default" means that several contexts may use the GPU.\n"2: Prohibited" means that none may.'
      : `What the driver reports as ${name}. May be "N/A".`;
  return (
    'List of valid properties to query for the switch "--query-gpu":\n\n' +
    fields.map(({ names }) => `${names.map((name) => `"${name}"`).join(' or ')}\n${about(names[0] ?? '')}\n`).join('\n')
  );
}
