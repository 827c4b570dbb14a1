/** An object that keeps its state in #fields: what JSON shall see of it, and how that is taken back. */
export interface Lasting {
  toJSON(): unknown;
  /** False when this cannot be what {@link toJSON} gave. */
  restore(saved: unknown): boolean;
}

/**
 * Fills a state that was made anew with what was saved of an older one, field by field. The new one is the pattern: it must have the
 * same fields of the same types, else nothing was to be had, and the caller makes another one. A field that is null when new may hold
 * any plain data. Objects inside keep their class: those with #fields are {@link Lasting}, of others the properties are filled.
 *
 * @returns false when the saved state is of another shape; `fresh` is then in no state to be used
 */
export function restoreState(fresh: object, saved: unknown): boolean {
  if (isLasting(fresh)) return fresh.restore(saved);
  if (!isRecord(saved)) return false;
  const fields = fresh as Record<string, unknown>;
  const names = Object.keys(fields);
  return (
    Object.keys(saved).every((name) => names.includes(name)) &&
    names.every((name) => {
      const [is, was] = [fields[name], saved[name]];
      if (typeof is === 'object' && is !== null && !Array.isArray(is) && !(is instanceof Float64Array)) {
        return restoreState(is, was);
      }
      if (!fits(is, was)) return false;
      fields[name] = was;
      return true;
    })
  );
}

/** Whether a saved value can stand where a new state has this one. */
function fits(is: unknown, was: unknown): boolean {
  if (is === null) return was !== undefined;
  if (Array.isArray(is)) return Array.isArray(was);
  if (is instanceof Float64Array) return was instanceof Float64Array && was.length === is.length;
  return typeof was === typeof is;
}

function isLasting(value: object): value is Lasting {
  return 'toJSON' in value && 'restore' in value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float64Array);
}
