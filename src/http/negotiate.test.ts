import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';

describe('negotiateFormat', () => {
  it.each([
    ['nothing', undefined, 'text'],
    ['anything', '*/*', 'text'],
    [
      'Prometheus 2',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'Prometheus 3',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    [
      'Prometheus that prefers text',
      'text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5',
      'text',
    ],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['openmetrics by name before anything', 'application/openmetrics-text, */*', 'openmetrics'],
    ['both alike', 'application/openmetrics-text, text/plain', 'text'],
    ['another version', 'application/openmetrics-text; version=2.0.0', 'text'],
    ['a refusal of text', 'text/plain;q=0, */*;q=0.1', 'openmetrics'],
    ['a quoted version in capitals', 'Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['only what we do not have', 'application/json', 'text'],
    ['a malformed weight', 'application/openmetrics-text;q=high, text/plain;q=0.1', 'text'],
  ])('answers %s', (_what, accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });

  it('takes any header', () => {
    fc.assert(
      fc.property(fc.string(), (accept) => {
        expect(['text', 'openmetrics']).toContain(negotiateFormat(accept));
      }),
    );
  });
});

describe('acceptsGzip', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip;q=0, *', false],
    ['*', true],
    ['br', false],
    ['identity, gzip;q=0.5', false],
    ['identity;q=0.5, gzip', true],
  ])('%s: %s', (header, accepted) => {
    expect(acceptsGzip(header)).toBe(accepted);
  });
});
