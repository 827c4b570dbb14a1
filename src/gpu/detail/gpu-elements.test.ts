import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseElement } from './element.ts';
import { GpuElements, type GpuText } from './gpu-elements.ts';

const document = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v13.dtd">
<nvidia_smi_log>
	<driver_version>590.48.01</driver_version>
	<attached_gpus>2</attached_gpus>
	<gpu id="00000000:1B:00.0">
		<uuid>GPU-0</uuid>
		<supported_clocks>
			<supported_mem_clock><value>2619 MHz</value></supported_mem_clock>
		</supported_clocks>
		<gpu_part_number>2330</gpu_part_number>
	</gpu>
	<gpu id="00000000:43:00.0">
		<uuid>GPU-1</uuid>
		<accounted_processes><accounted_process_info><gpu_util>3 %</gpu_util></accounted_process_info></accounted_processes>
	</gpu>
</nvidia_smi_log>
`;

function cut(chunks: readonly string[]): GpuElements {
  const elements = new GpuElements();
  for (const chunk of chunks) elements.push(chunk);
  return elements;
}

function chunked(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, at) => text.slice(at * length, (at + 1) * length));
}

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');

test('cuts a document into its GPUs, without what is never read, wherever it is broken into chunks', () => {
  const whole = cut([document]);
  expect(whole.elements.map(({ text }) => plain(text))).toEqual([
    '<gpu id="00000000:1B:00.0"> <uuid>GPU-0</uuid> <gpu_part_number>2330</gpu_part_number> </gpu>',
    '<gpu id="00000000:43:00.0"> <uuid>GPU-1</uuid> </gpu>',
  ]);
  expect(whole.complete).toBe(true);
  expect(whole.preamble).toContain('<attached_gpus>2</attached_gpus>');
  fc.assert(
    fc.property(fc.array(fc.nat(document.length), { maxLength: 30 }), (cuts) => {
      const at = [0, ...cuts.toSorted((one, other) => one - other), document.length];
      const pieces = cut(at.slice(1).map((end, piece) => document.slice(at[piece], end)));
      expect(pieces.elements).toEqual(whole.elements);
      expect(pieces.complete).toBe(true);
      expect(pieces.preamble).toBe(whole.preamble);
    }),
  );
});

/** The document with processes of these names on both GPUs, written as nvidia-smi does. */
function withProcesses(names: readonly string[]): string {
  const processes = names.map(
    (name, pid) => `
			<process_info>
				<pid>${pid}</pid>
				<process_name>${name}</process_name>
				<used_memory>5 MiB</used_memory>
			</process_info>`,
  );
  return document.replaceAll(/(<uuid>.*\n)/g, (uuid) => `${uuid}		<processes>${processes.join('')}\n		</processes>\n`);
}

test('the name of a process changes nothing of what is said beside it, wherever the document is broken into chunks', () => {
  const tag = fc.constantFrom(
    ...['</gpu>', '<gpu id="1">', '<supported_clocks>', '</supported_clocks>', '<accounted_processes>', '<!--', '<a>'],
    ...['<process_name>', '</process_name>', '</process_info></processes>', '</nvidia_smi_log>', '<uuid>GPU-1</uuid>'],
  );
  const name = fc.array(fc.oneof(tag, fc.string({ maxLength: 4 })), { maxLength: 8 }).map((parts) => parts.join(''));
  const parsed = (elements: readonly GpuText[]) => elements.map(({ text }) => parseElement(text));
  const harmless = parsed(cut([withProcesses(['a', 'a'])]).elements);
  fc.assert(
    fc.property(fc.tuple(name, name), fc.integer({ min: 1, max: 200 }), (names, chunk) => {
      const told = withProcesses(names);
      const whole = cut([told]);
      const { elements, complete, garbled } = cut(chunked(told, chunk));
      expect(elements).toEqual(whole.elements);
      expect({ complete, garbled }).toEqual({ complete: true, garbled: false });
      for (const [at, element] of parsed(elements).entries()) {
        expect(element?.leaves).toEqual(harmless[at]?.leaves);
        expect(element?.processes?.map((process) => [process.get('pid'), process.get('used_memory')])).toEqual([
          ['0', '5 MiB'],
          ['1', '5 MiB'],
        ]);
      }
    }),
  );
  const [element] = parsed(cut([withProcesses(['a <b>\nc</d>'])]).elements);
  expect(element?.processes?.[0]?.get('process_name')).toBe('a <b>\nc</d>');
});

test('of a GPU with very many processes all else is handed over, and those beyond are counted', () => {
  const told = withProcesses(
    Array.from({ length: 1500 }, (_, pid) => `python ${pid} </process_info><process_info></gpu>`),
  );
  for (const chunk of [told.length, 65_536, 1000]) {
    const { elements, complete } = cut(chunked(told, chunk));
    expect(complete).toBe(true);
    expect(elements.map(({ surplus }) => surplus)).toEqual([476, 476]);
    const parsed = elements.map(({ text }) => parseElement(text));
    expect(parsed.map((element) => element?.processes?.length)).toEqual([1024, 1024]);
    expect(parsed[1]?.processes?.[1023]?.get('pid')).toBe('1023');
    expect(parsed.map((element) => element?.leaves.get('uuid'))).toEqual(['GPU-0', 'GPU-1']);
    expect(parsed[0]?.leaves.get('gpu_part_number')).toBe('2330');
  }
});

test('what is too long to be kept costs no more than what is kept', () => {
  const elements = cut(['<gpu id="0">']);
  const cost = (): number => {
    const began = process.cpuUsage();
    for (let at = 0; at < 6; at += 1) elements.push('<process_name>a</process_name>\n'.repeat(1000));
    return process.cpuUsage(began).user;
  };
  const kept = cost();
  elements.push('x'.repeat(3 * 2 ** 20));
  // With copies of all that is kept, one for each name, it was sixteen times as much.
  expect(cost()).toBeLessThan(10 * kept);
  elements.push('</gpu></nvidia_smi_log>');
  expect({ dropped: elements.dropped, complete: elements.complete }).toEqual({ dropped: 1, complete: true });
});

test.each([
  ['a GPU begins inside a GPU', '</process_name>\n<gpu id="00000000:43:00.0">'],
  ['a GPU begins in what is not read', '</process_name>\n<retired_pagelist>'],
  ['a name does not end', 'x'.repeat(300 * 1024)],
])('where %s, what follows is not cut', (_, name) => {
  const { garbled, complete, elements } = cut([withProcesses([name])]);
  expect({ garbled, complete, gpus: elements.length }).toEqual({ garbled: true, complete: false, gpus: 0 });
});

test('a document that breaks off is not complete, and hands over the GPUs that are', () => {
  for (const end of ['</nvidia_smi_log>', '<accounted_processes>', '<uuid>GPU-1']) {
    const half = cut([document.slice(0, document.indexOf(end))]);
    expect(half.complete).toBe(false);
    expect(half.elements).toHaveLength(end === '</nvidia_smi_log>' ? 2 : 1);
  }
});

test('a GPU that never ends, and more of them than there can be, are dropped and counted', () => {
  const long = cut([
    '<gpu id="0">',
    ...Array.from({ length: 2100 }, () => 'x'.repeat(1024)),
    '</gpu></nvidia_smi_log>',
  ]);
  expect(long.elements).toEqual([]);
  expect(long.dropped).toBe(1);
  const many = cut(Array.from({ length: 100 }, (_, at) => `<gpu id="${at}"></gpu>`));
  expect(many.elements).toHaveLength(64);
  expect(many.dropped).toBe(36);
});

test('what is no document is kept as far as it may be a complaint', () => {
  expect(cut(['No devices were found\n']).preamble).toBe('No devices were found\n');
  expect(cut(['x'.repeat(1e6)]).preamble.length).toBeLessThanOrEqual(4096);
});

test('no text makes it throw, and what it keeps is bounded', () => {
  const mark = fc.constantFrom(
    '<gpu ',
    '<gpu>',
    '</gpu>',
    '<supported_clocks>',
    '</supported_clocks>',
    '<',
    'gpu',
    '</',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(mark, fc.string({ unit: 'binary' })), { maxLength: 60 }), (chunks) => {
      const { elements, preamble } = cut(chunks);
      const given = chunks.join('').length;
      expect(elements.map(({ text }) => text).join('').length).toBeLessThanOrEqual(given + 64);
      expect(preamble.length).toBeLessThanOrEqual(given);
    }),
  );
});
