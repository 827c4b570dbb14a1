/** One item of an Accept or Accept-Encoding header. */
export interface QualityItem {
  /** In lower case, for example `text/plain`. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1; 0 means "not this". */
  readonly quality: number;
}

/** Reads a header of weighted items, RFC 9110 section 12.4.2. An item whose weight is malformed weighs 0. */
export function parseQualityList(header: string | undefined): readonly QualityItem[] {
  return (header ?? '').split(',').flatMap((item) => {
    const [value = '', ...rest] = item.split(';').map((part) => part.trim().toLowerCase());
    if (value === '') return [];
    const parameters = new Map(rest.map((part) => splitOnce(part)));
    const weight = parameters.get('q');
    parameters.delete('q');
    return [{ value, parameters, quality: weight === undefined ? 1 : parseWeight(weight) }];
  });
}

function parseWeight(text: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

function splitOnce(part: string): readonly [string, string] {
  const at = part.indexOf('=');
  const value = at < 0 ? '' : part.slice(at + 1).trim();
  return [at < 0 ? part : part.slice(0, at).trim(), value.replace(/^"(.*)"$/, '$1')];
}
