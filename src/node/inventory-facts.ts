import * as v from 'valibot';

/** Part of what systeminformation's `osInfo`, `cpu`, `system`, `baseboard`, `memLayout`, `diskLayout` and `networkInterfaces` tell. */
export interface Inventory {
  readonly os: { distro: string; release: string; kernel: string; arch: string; hostname: string };
  readonly cpu: { manufacturer: string; brand: string };
  readonly system: { manufacturer: string; model: string };
  readonly baseboard: { manufacturer: string; model: string };
  readonly memory: readonly { bank: string; type: string; manufacturer: string; partNum: string; size: number }[];
  readonly disks: readonly { device: string; vendor: string; name: string; type: string; interfaceType: string }[];
  readonly interfaces: readonly { iface: string; mac: string; type: string; internal: boolean; virtual: boolean }[];
}

/** Of each list this many are told: more than the largest servers have. */
const mostParts = 256;
/** Host names end at 64 characters, processor names at 48 (CPUID); more is cut, so that a label stays short. */
const longestFact = 128;

/** A fact that is missing or that the library does not know is the empty string. */
const fact = v.fallback(
  v.pipe(
    v.string(),
    v.transform((text) => (/^(unknown|-)$/i.test(text.trim()) ? '' : text.trim().slice(0, longestFact))),
  ),
  '',
);
const yes = v.fallback(v.boolean(), false);

/** A part that is missing as a whole: its facts are all unknown. */
function part<Entries extends v.ObjectEntries>(entries: Entries) {
  const facts = v.object(entries);
  return v.fallback(facts, () => v.parse(facts, {}));
}

function parts<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.fallback(
    v.pipe(
      v.array(v.unknown()),
      v.transform((list) => list.slice(0, mostParts)),
      v.array(part(entries)),
    ),
    [],
  );
}

const inventorySchema = v.object({
  os: v.object({ distro: fact, release: fact, kernel: fact, arch: fact, hostname: fact }),
  cpu: v.object({ manufacturer: fact, brand: fact }),
  system: part({ manufacturer: fact, model: fact }),
  baseboard: part({ manufacturer: fact, model: fact }),
  memory: parts({ bank: fact, type: fact, manufacturer: fact, partNum: fact, size: v.fallback(v.number(), 0) }),
  disks: parts({ device: fact, vendor: fact, name: fact, type: fact, interfaceType: fact }),
  interfaces: parts({ iface: fact, mac: fact, type: fact, internal: yes, virtual: yes }),
});

/** Reads what the library told, as JSON; null where it is not an inventory. */
export function parseInventory(text: string): Inventory | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const result = v.safeParse(inventorySchema, parsed);
  return result.success ? result.output : null;
}
