import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { explain } from './mistake.ts';
import { readYaml } from './read-yaml.ts';

function read(text: string): unknown {
  const result = readYaml({ name: 'g.yaml', text });
  return 'mistakes' in result ? result.mistakes.map(explain) : result.content;
}

describe('readYaml', () => {
  it('gives the mapping of the file', () => {
    expect(read('gpu: {interval: 2s}\nlog:\n')).toEqual({ gpu: { interval: '2s' }, log: null });
    expect([read(''), read('# nothing yet\n')]).toEqual([{}, {}]);
    expect(read('- a\n')).toEqual(['g.yaml: found ["a"], expected a mapping of keys at the top']);
  });

  it('follows an alias to its anchor', () => {
    expect(read('a: &names [x, y]\nb: *names\n')).toEqual({ a: ['x', 'y'], b: ['x', 'y'] });
  });

  test.each([
    [
      'text without its quotes',
      'http:\n  address: *:10420\n',
      'g.yaml:2:12: found *:10420, expected an anchor &:10420 before it; text is written in quotes: "*:10420"',
    ],
    [
      'text without its quotes in a list',
      'sans: [*.monitoring.svc]\n',
      'g.yaml:1:8: found *.monitoring.svc, expected an anchor &.monitoring.svc before it; text is written in quotes: "*.monitoring.svc"',
    ],
    ['a list within itself', 'a: &x [*x]\n', 'g.yaml:1:8: found *x, expected no alias within what it stands for'],
    ['a group within itself', 'a: &x {<<: *x}\n', 'g.yaml:1:12: found *x, expected no alias within what it stands for'],
    [
      'tabs',
      'gpu:\n\tinterval: 2s\n',
      'g.yaml:2:1: found TAB_AS_INDENT, expected valid YAML (Tabs are not allowed as indentation)',
    ],
  ])('tells the place of %s', (_, text, told) => {
    expect(read(text)).toEqual([told]);
  });

  it('takes what tags make for no mapping', () => {
    expect(read('%YAML 1.1\n---\n!!set {prom}\n')).toEqual([
      expect.stringMatching(/^g\.yaml: found .* expected a mapping of keys at the top$/),
    ]);
  });

  it('unfolds no bomb', () => {
    const levels = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
    expect(read(`a0: &a0 x\n${levels.join('\n')}\n`)).toEqual([
      expect.stringMatching(/^g\.yaml: found \d+ characters, expected plain YAML \(Excessive alias count/),
    ]);
  });

  it('reads a file of ten thousand keys, and tells the first of as many mistakes', () => {
    const keys = Array.from({ length: 10_000 }, (_, at) => `k${at}:\n`).join('');
    expect(Object.keys(read(keys) as object)).toHaveLength(10_000);
    const told = read(`${keys}${keys}`) as string[];
    expect(told).toHaveLength(101);
    expect([told[0], told[100]]).toEqual([
      'g.yaml:10001:1: found k0, expected each key once',
      'g.yaml: found 9900 mistakes more, expected none',
    ]);
  });

  it('throws for no text', () => {
    const pieces = fc.constantFrom(
      '&a ',
      '*a',
      '<<: ',
      'k: ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '\n',
      '  ',
      '!!binary ',
      '? ',
      '|',
    );
    const yaml = fc.oneof(
      fc.string(),
      fc.array(pieces).map((each) => each.join('')),
    );
    fc.assert(
      fc.property(yaml, (text) => {
        expect(() => JSON.stringify(read(text))).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
