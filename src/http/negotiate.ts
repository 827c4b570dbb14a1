import type { Format } from '../series/index.ts';
import { parseQualityList, type QualityItem } from './quality-list.ts';

const offers: readonly { readonly format: Format; readonly type: string; readonly version: string }[] = [
  // First what is taken when both are equally welcome: the format that everything reads.
  { format: 'text', type: 'text/plain', version: '0.0.4' },
  { format: 'openmetrics', type: 'application/openmetrics-text', version: '1.0.0' },
];

/**
 * The format that an Accept header prefers; the text format where it names neither, as Prometheus' own libraries do. Express' own
 * negotiation is of no use here: it takes a range with a parameter that we do not send (Prometheus 3 asks for
 * `version=1.0.0;escaping=…`) as no match.
 */
export function negotiateFormat(accept: string | undefined): Format {
  const items = parseQualityList(accept);
  const [best] = offers
    .map((offer) => ({ format: offer.format, ...rank(offer, items) }))
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality || other.precision - one.precision);
  return best?.format ?? 'text';
}

/** Whether gzip is accepted, and not less than sending the body as it is. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map(parseQualityList(acceptEncoding).map(({ value, quality }) => [value, quality]));
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0);
}

/** The most precise range that covers an offer decides its quality, RFC 9110 section 12.5.1. */
function rank(
  offer: { readonly type: string; readonly version: string },
  items: readonly QualityItem[],
): { readonly quality: number; readonly precision: number } {
  let best = { quality: 0, precision: -1 };
  for (const { value, parameters, quality } of items) {
    const version = parameters.get('version');
    if (version !== undefined && version !== offer.version) continue;
    const ranges = ['*/*', `${offer.type.split('/')[0] ?? ''}/*`, offer.type];
    const covered = ranges.indexOf(value);
    if (covered < 0) continue;
    const precision = covered + (version === undefined ? 0 : 1);
    if (precision > best.precision) best = { quality, precision };
  }
  return best;
}
