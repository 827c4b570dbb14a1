import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseFields } from './fields.ts';
import { offeredFields } from './help-text.ts';

const help = `List of valid properties to query for the switch "--query-gpu":

"index"
Zero based index. Can change at each boot.

"uuid" or "gpu_uuid"
The identifier. May be "N/A".

Section about clocks properties
What is said of "clocks.sm" here is no field.

"compute_mode"
"0: Default" means several contexts.
"2: Prohibited" means none.

"clocks.current.sm" or "clocks.sm"
Current frequency.

"gpu.power.draw.average"
Power.
`;

describe('offeredFields', () => {
  test('takes names and aliases, and no quotes from sentences', () => {
    const names = [
      'index',
      'uuid',
      'gpu_uuid',
      'compute_mode',
      'clocks.current.sm',
      'clocks.sm',
      'gpu.power.draw.average',
    ];
    expect([...offeredFields(help)]).toEqual(names);
    expect([...offeredFields(help.replaceAll('\n', '\r\n'))]).toEqual(names);
  });

  test('any text in, no throw, and only names out', () => {
    const lines = fc.array(fc.oneof(fc.string(), fc.constantFrom('"a"', '"a" or "b.c"', '"a" or', '"0: x" y', '"')));
    fc.assert(
      fc.property(lines, (parts) => {
        for (const name of offeredFields(parts.join('\n'))) expect(name).toMatch(/^[\w.-]+$/);
      }),
    );
  });
});

describe('chooseFields', () => {
  test('asks for the preferred name that is offered, and says what is not offered', () => {
    const { asked, dropped } = chooseFields(offeredFields(help), { details: true });
    expect(asked).toEqual(['index', 'uuid', 'gpu.power.draw.average', 'clocks.current.sm', 'compute_mode']);
    expect(dropped).toContain('pci.bus_id');
    expect(dropped).toContain('fan.speed');
    expect(dropped).not.toContain('power.draw');
  });

  test('asks for an old name when only that is offered', () => {
    expect(chooseFields(new Set(['gpu_uuid', 'clocks.sm']), { details: true }).asked).toEqual([
      'gpu_uuid',
      'clocks.sm',
    ]);
  });

  test('leaves out the details when told', () => {
    const offered = new Set(['uuid', 'power.draw', 'ecc.mode.current', 'vbios_version']);
    expect(chooseFields(offered, { details: false }).asked).toEqual(['uuid', 'power.draw']);
    expect(chooseFields(offered, { details: true }).asked).toEqual([...offered]);
  });

  test('asks for nothing when nothing is offered', () => {
    expect(chooseFields(new Set(), { details: true }).asked).toEqual([]);
  });
});
