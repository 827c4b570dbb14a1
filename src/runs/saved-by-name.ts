import * as v from 'valibot';

/**
 * Values by names that workers choose, as they outlive the exporter. Any text is a name: valibot's own record leaves out "__proto__",
 * "constructor" and "prototype", which {@link fromLine} reads as names like any other.
 */
export function savedByName<Value>(value: v.GenericSchema<Value>) {
  return v.custom<Readonly<Record<string, Value>>>(
    (saved) => typeof saved === 'object' && saved !== null && Object.values(saved).every((each) => v.is(value, each)),
    'Expected values by name',
  );
}
