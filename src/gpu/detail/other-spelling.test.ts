import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer } from '../../simulate/answer.ts';
import { defaultControl } from '../../simulate/control.ts';
import { modelNames } from '../../simulate/index.ts';
import { parseInvocation } from '../../simulate/invocation.ts';
import { parseElement } from './element.ts';
import { GpuElements } from './gpu-elements.ts';
import { readInstances } from './instances.ts';
import { readGpu, readPreamble } from './reading.ts';

// Documents of every model, written in another way than the stand-in writes them: what they say is read all the same.

const query = parseInvocation(['-q', '-x']);

function documentOf(model: (typeof modelNames)[number]): string {
  if (query.ask !== 'document') throw new Error('the stand-in knows no documents');
  const occasion = { time: new Date('2024-05-01T12:00:00Z'), since: 0, first: true };
  return String(answer(query, { ...defaultControl, model, gpus: 2 }, occasion).stdout);
}

const documents = new Map(modelNames.map((model) => [model, documentOf(model)]));

function read(document: string, chunk = document.length) {
  const cutter = new GpuElements();
  for (let at = 0; at < document.length; at += chunk) cutter.push(document.slice(at, at + chunk));
  const about = readPreamble(cutter.preamble);
  return cutter.elements.map(({ text }, position) => {
    const element = parseElement(text);
    if (element === null) return null;
    const { uuid, bus, driver, state, values, texts } = readGpu(element.leaves, position, about);
    return {
      uuid,
      bus,
      driver,
      state,
      values: [...values].sort(),
      texts: [...texts].sort(),
      instances: readInstances(element.instances),
    };
  });
}

/** Changes to the text that change nothing of what it says. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  'CRLF ends the lines': (text) => text.replaceAll('\n', '\r\n'),
  'a byte order mark stands first': (text) => `\uFEFF${text}`,
  'a warning stands before it': (text) => `WARNING: infoROM is corrupted at gpu 0000:1B:00.0\n${text}`,
  'a warning stands behind it': (text) => `${text}WARNING: infoROM is corrupted at gpu 0000:1B:00.0\n`,
  'nothing is indented': (text) => text.replaceAll(/^[ \t]+/gm, ''),
  'comments stand between the elements': (text) =>
    text.replaceAll(/^(\t+<(?!gpu\b))/gm, '<!-- new in this driver -->$1'),
  'elements have attributes': (text) => text.replaceAll(/<(fb_memory_usage|clocks|utilization)>/g, '<$1 unit="base">'),
  'there are elements that nobody knows': (text) =>
    text.replaceAll(
      /<(fb_memory_usage|clocks|utilization)>/g,
      '<to_come><total>7 MiB</total></to_come><$1><to_come>9 W</to_come>',
    ),
  'the document type is another one': (text) => text.replaceAll(/nvsmi_device_v\d+/g, 'nvsmi_device_v14'),
  'there is no document type': (text) => text.replaceAll(/<!DOCTYPE[^>]*>/g, ''),
  'values have blanks around them': (text) => text.replaceAll(/>([^<>\n]+)<\//g, '>  $1 </'),
};

test.each(Object.entries(spellings))('%s', (_, spell) => {
  for (const [model, document] of documents) expect(read(spell(document)), model).toEqual(read(document));
});

test('any spellings together, however it is cut into pieces', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...documents.values()),
      fc.subarray(Object.values(spellings)),
      fc.integer({ min: 1, max: 5000 }),
      (document, chosen, chunk) => {
        const spelt = chosen.reduce((text, spell) => spell(text), document);
        expect(read(spelt, chunk)).toEqual(read(document));
      },
    ),
    { numRuns: 30 },
  );
});

test('a section that is missing takes its own readings with it, and no others', () => {
  const sections = ['fb_memory_usage', 'utilization', 'temperature', 'clocks', 'ecc_errors', 'remapped_rows', 'pci'];
  for (const document of documents.values())
    for (const section of sections) {
      const without = document.replaceAll(new RegExp(`<${section}>[^]*?</${section}>`, 'g'), '');
      const [whole, part] = [read(document)[0], read(without)[0]];
      expect(part).toMatchObject({ uuid: whole?.uuid, driver: whole?.driver, state: 'ok' });
      const kept = new Map(part?.values);
      for (const [id, value] of whole?.values ?? []) if (kept.has(id)) expect(kept.get(id), id).toBe(value);
    }
});
