import type { Gpu } from './machine.ts';
import type { Moment } from './moment.ts';
import { chance } from './random.ts';
import { isDown, linkErrorsOf } from './trouble-effects.ts';

/** The lines that `nvlink -s` has below a card: what each link carries. */
export function linkRates(gpu: Gpu, moment: Moment): readonly string[] {
  const { links } = gpu.model;
  return each(links?.count).map((link) =>
    isDown(gpu, link, moment) ? `\t Link ${link}: <inactive>` : `\t Link ${link}: ${links?.rate ?? 0} GB/s`,
  );
}

/** The lines that `nvlink -e` has below a card: without a fault none of its links ever had an error that it could not correct. */
export function linkErrors(gpu: Gpu, moment: Moment): readonly string[] {
  const { links } = gpu.model;
  const counters = links?.generation === 5 ? packetCounters : linkCounters;
  return each(links?.count).flatMap((link) =>
    counters.map((counter) => {
      const [name = ''] = counter.split(':');
      const errors = linkErrorsOf(gpu, link, name, moment);
      return `\t Link ${link}: ${errors === null ? counter : `${name}: ${errors}`}`;
    }),
  );
}

/** The lines that `nvlink -gt d` has below a card: payload since the driver was loaded, which grows with time. */
export function linkTraffic({ model: { links }, seed, index }: Gpu, { time }: Moment): readonly string[] {
  return each(links?.count).flatMap((link) =>
    ['Tx', 'Rx'].map((direction) => {
      const rate = 1e6 * (links?.rate ?? 0) * chance(seed, index, 'link', link, direction);
      return `\t Link ${link}: Data ${direction}: ${Math.floor((time.getTime() / 1000 - loaded) * 0.1 * rate)} KiB`;
    }),
  );
}

/** Unix time at which the drivers of all machines were loaded. */
const loaded = 1_704_067_200;

/** Up to NVLink 4. */
const linkCounters = ['Replay', 'Recovery', 'CRC'].map((kind) => `${kind} Errors: 0`);

/** NVLink 5 counts packets and what its error correction did. */
const packetCounters = [
  ...['Tx packets', 'Tx bytes', 'Rx packets', 'Rx bytes'].map((traffic) => `${traffic}: 81920`),
  ...['Malformed packet Errors', 'Buffer overrun Errors', 'Rx Errors', 'Rx remote Errors', 'Rx General Errors'],
  ...['Local link integrity Errors', 'Tx discards', 'Link recovery successful events'],
  ...['Link recovery failed events', 'Total link recovery events', 'Effective Errors', 'Symbol Errors'],
  ...['Effective BER', 'Symbol BER'].map((share) => `${share}: 15e-255`),
  'FEC Errors - 0: 36140749276',
  ...Array.from({ length: 15 }, (_, at) => `FEC Errors - ${at + 1}: ${at === 0 ? 12 : 0}`),
].map((counter) => (counter.includes(':') ? counter : `${counter}: 0`));

function each(count = 0): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
