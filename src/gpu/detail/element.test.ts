import { XMLParser } from 'fast-xml-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answer } from '../../simulate/answer.ts';
import { defaultControl } from '../../simulate/control.ts';
import { modelNames } from '../../simulate/index.ts';
import { parseInvocation } from '../../simulate/invocation.ts';
import { documentPaths } from '../document-paths.ts';
import { parseElement } from './element.ts';
import { GpuElements } from './gpu-elements.ts';
import { readGpu } from './reading.ts';

const leaves = (inside: string) => Object.fromEntries(parseElement(`<gpu id="0">${inside}</gpu>`)?.leaves ?? []);

test('is told by the paths of its texts, attributes with an @', () => {
  expect(leaves('<a><b>1 W</b>\n\t<b>2 W</b><c unit="x" /><d></d></a>&lt;')).toEqual({
    '@id': '0',
    'a/b': '1 W',
    'a/c/@unit': 'x',
    '': '<',
  });
});

test('tells processes apart from none, and from what is not told', () => {
  const processes = (inside: string) => parseElement(`<gpu id="0">${inside}</gpu>`)?.processes;
  expect(processes('<processes>\n</processes>')).toEqual([]);
  expect(processes('<processes/>')).toEqual([]);
  expect(processes('<processes>N/A</processes>')).toBeNull();
  expect(processes('')).toBeNull();
  const listed = '<process_info><pid>7</pid><process_name>a &lt;b> & "c" &amp; d</process_name></process_info>';
  expect(processes(`<processes>${listed}</processes>`)?.map((process) => process.get('process_name'))).toEqual([
    'a <b> & "c" & d',
  ]);
});

test.each([
  '',
  'garbage',
  '<gpu>',
  '<gpu></cpu>',
  '<gpu><a></gpu></a>',
  '<gpu><!-- </gpu>',
  '<cpu></cpu>',
  '<gpu><></></gpu>',
])('is null when it is no XML, as in %j', (text) => {
  expect(parseElement(text)).toBeNull();
});

test('deep nesting neither overflows the stack nor takes long', () => {
  const deep = `${'<a>'.repeat(20_000)}7${'</a>'.repeat(20_000)}`;
  expect(leaves(`${deep}<b>1</b>`)).toEqual({ '@id': '0', b: '1' });
});

describe('any text', () => {
  const name = fc.constantFrom('gpu', 'utilization', 'gpu_util', 'mig_devices', 'mig_device', '__proto__', 'processes');
  const text = fc.oneof(
    fc.constantFrom('&lt;', '<!DOCTYPE x [<!ENTITY a "b">]>', '<![CDATA[', ']]>', '<!--', 'GPU is lost', '12 %'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, text, fc.tuple(name, fc.array(tie('tree'), { maxLength: 4 })).map(wrap)),
  }));
  const document = (pieces: readonly string[]) => `<gpu id="0">${pieces.join('')}</gpu>`;
  function wrap([tag, inside]: [string, string[]]): string {
    return `<${tag}>${inside.join('')}</${tag}>`;
  }

  test.each([
    ['of elements in order', fc.array(tree, { maxLength: 10 }).map(document)],
    [
      'of any tags',
      fc
        .array(
          fc.oneof(
            name.map((tag) => `<${tag}>`),
            name.map((tag) => `</${tag}>`),
            text,
          ),
          { maxLength: 40 },
        )
        .map(document),
    ],
  ])('%s neither makes it throw nor makes up a path', (_, texts) => {
    fc.assert(
      fc.property(texts, (told) => {
        const element = parseElement(told);
        if (element === null) return;
        const { values } = readGpu(element.leaves, null, { driver: null, count: null });
        for (const id of values.keys()) expect(documentPaths.has(id)).toBe(true);
      }),
    );
  });
});

test.each(modelNames)('says of %s what a library for XML says', (model) => {
  const query = parseInvocation(['-q', '-x']);
  if (query.ask !== 'document') throw new Error('the stand-in knows no documents');
  const occasion = { time: new Date('2024-05-01T12:00:00Z'), since: 0, first: true };
  const cutter = new GpuElements();
  cutter.push(String(answer(query, { ...defaultControl, model, gpus: 1 }, occasion).stdout));
  const text = cutter.elements[0]?.text ?? '';
  const element = parseElement(text);
  const told = [element?.leaves, ...(element?.instances ?? []), ...(element?.processes ?? [])].flatMap((part) => [
    ...(part?.values() ?? []),
  ]);
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, trimValues: true });
  expect(told.sort()).toEqual(textsIn(parser.parse(text)).sort());
});

function textsIn(node: unknown): string[] {
  if (typeof node === 'string') return node === '' ? [] : [node];
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(textsIn) : [];
}
