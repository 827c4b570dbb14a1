/**
 * A strict reader of what a scrape answers, written from the formats' descriptions and not from our writer: Prometheus text 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/) and OpenMetrics 1.0 (its ABNF), so far as gauges, counters, info,
 * histograms and summaries without timestamps and exemplars go.
 */

export interface ParsedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const number = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf)$/;

const suffixes: Readonly<Record<'text' | 'openmetrics', Readonly<Record<string, readonly string[]>>>> = {
  text: {
    gauge: [''],
    counter: [''],
    untyped: [''],
    histogram: ['_bucket', '_sum', '_count'],
    summary: ['', '_sum', '_count'],
  },
  openmetrics: {
    gauge: [''],
    counter: ['_total', '_created'],
    info: ['_info'],
    unknown: [''],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    summary: ['', '_sum', '_count', '_created'],
  },
};

/** @throws Error that names the first line that the format does not allow. */
export function parseExposition(format: 'text' | 'openmetrics', body: string): readonly ParsedFamily[] {
  const lines = body.split('\n');
  if (lines.pop() !== '') throw new Error('the body does not end with a line feed');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('the body does not end with # EOF');
  const families = new Map<string, { type: string; help: string; samples: ParsedSample[]; name: string }>();
  const series = new Set<string>();
  let current: { type: string; help: string; samples: ParsedSample[]; name: string } | undefined;
  for (const line of lines) {
    const wrong = (why: string) => new Error(`${why}: ${JSON.stringify(line)}`);
    if (line.startsWith('#')) {
      const [, what = '', name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/s.exec(line) ?? [];
      if (what === '') throw wrong('a comment that is none');
      if (current?.name !== name) {
        if (families.has(name)) throw wrong('a family stands twice');
        families.set(name, (current = { name, type: '', help: '', samples: [] }));
      }
      if (current.samples.length > 0) throw wrong('a comment after the samples of its family');
      if (what === 'TYPE' && suffixes[format][rest] === undefined) throw wrong('no such type');
      if (what === 'TYPE') current.type = rest;
      if (what === 'UNIT' && !name.endsWith(`_${rest}`)) throw wrong('a unit that the name does not end with');
      if (what === 'HELP') current.help = unescape(rest, format === 'text' ? /\\([\\n])/g : /\\([\\n"])/g, wrong);
      continue;
    }
    const [, name = '', block, value = ''] = sampleLine.exec(line) ?? [];
    if (name === '') throw wrong('no sample');
    if (current === undefined) throw wrong('a sample without a family');
    const known = suffixes[format][current.type] ?? [];
    const { name: family } = current;
    if (!known.some((suffix) => name === `${family}${suffix}`)) throw wrong(`a sample in the family ${family}`);
    if (!number.test(value)) throw wrong('a value that is no number');
    const labels = readLabels(block, wrong);
    const key = JSON.stringify([name, ...[...labels].sort()]);
    if (series.has(key)) throw wrong('a series stands twice');
    series.add(key);
    current.samples.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) });
  }
  return [...families.values()];
}

function readLabels(block: string | undefined, wrong: (why: string) => Error): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (block === undefined) return labels;
  label.lastIndex = 0;
  let comma = ',';
  while (label.lastIndex < block.length) {
    const [, name, value = '', separator = ''] = label.exec(block) ?? [];
    if (name === undefined) throw wrong('labels that are none');
    if (labels.has(name)) throw wrong(`the label ${name} twice`);
    labels.set(name, unescape(value, /\\([\\n"])/g, wrong));
    comma = separator;
  }
  if (comma === ',') throw wrong('labels that end with a comma');
  return labels;
}

function unescape(text: string, escape: RegExp, wrong: (why: string) => Error): string {
  if (text.replaceAll(escape, '').includes('\\')) throw wrong('a backslash that escapes nothing');
  return text.replaceAll(escape, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
