import type { Gpu } from './machine.ts';

/** The lines that `nvlink -s` has below a card: what each link carries. */
export function linkRates({ model: { links } }: Gpu): readonly string[] {
  return each(links?.count).map((link) => `\t Link ${link}: ${links?.rate ?? 0} GB/s`);
}

/** The lines that `nvlink -e` has below a card: none of its links ever had an error. */
export function linkErrors({ model: { links } }: Gpu): readonly string[] {
  return each(links?.count).flatMap((link) =>
    ['Replay', 'Recovery', 'CRC'].map((kind) => `\t Link ${link}: ${kind} Errors: 0`),
  );
}

function each(count = 0): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
