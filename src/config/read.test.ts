import { describe, expect, it } from 'vitest';
import { choice, duration, explain, flag, integer, leaves, list, number, options, readConfig, text } from './index.ts';

const schema = options({
  gpu: options({
    interval: duration({ default: '1s', min: '100ms', max: '1m', help: 'beat' }),
    expected: integer({ default: 0, min: 0, max: 64, help: 'cards' }),
    path: text({ default: null, help: 'program' }),
  }),
  detect: options({
    gradient: options({
      enabled: flag({ default: true, help: 'on' }),
      threshold: number({ default: 8, min: 1, max: 100, help: 'k' }),
    }),
  }),
  log: options({ level: choice({ of: ['debug', 'info'], default: 'info', help: 'how much' }) }),
});

const defaults = {
  gpu: { interval: 1, expected: 0 },
  detect: { gradient: { enabled: true, threshold: 8 } },
  log: { level: 'info' },
};

describe('readConfig', () => {
  it('gives the defaults where nothing is set', () => {
    expect(readConfig(schema, {})).toEqual({ value: defaults });
    expect(readConfig(schema, { file: { name: 'g.yaml', text: '' } })).toEqual({ value: defaults });
    expect(readConfig(schema, { file: { name: 'g.yaml', text: 'gpu:\n  # interval: 2s\n' } })).toEqual({
      value: defaults,
    });
  });

  it('lets flags win over the environment, and that over the file', () => {
    const file = { name: 'g.yaml', text: 'gpu: {interval: 2s, expected: 2}\ndetect: {gradient: {threshold: 3}}' };
    const environment = { GRADWATCH_GPU_INTERVAL: '3s', GRADWATCH_GPU_EXPECTED: '3' };
    const flags = { 'gpu.interval': '4s' };
    expect(readConfig(schema, { file, environment, flags })).toEqual({
      value: { ...defaults, gpu: { interval: 4, expected: 3 }, detect: { gradient: { enabled: true, threshold: 3 } } },
    });
  });

  it('reads text from the environment into every type', () => {
    const environment = {
      GRADWATCH_DETECT_GRADIENT_ENABLED: 'false',
      GRADWATCH_DETECT_GRADIENT_THRESHOLD: '2.5',
      GRADWATCH_GPU_PATH: '/opt/nvidia-smi',
      GRADWATCH_LOG_LEVEL: 'debug',
    };
    expect(readConfig(schema, { environment })).toEqual({
      value: {
        gpu: { interval: 1, expected: 0, path: '/opt/nvidia-smi' },
        detect: { gradient: { enabled: false, threshold: 2.5 } },
        log: { level: 'debug' },
      },
    });
  });

  it('takes a list as a list or as one text', () => {
    const lists = options({ paths: list({ default: 'none', of: 'paths', help: 'where' }) });
    const read = (text: string) => {
      const result = readConfig(lists, { file: { name: 'g.yaml', text } });
      return 'value' in result ? result.value.paths : result.mistakes.map(explain);
    };
    expect([read(''), read('paths: none'), read('paths: []')]).toEqual([[], [], []]);
    expect(read('paths: /a, /b')).toEqual(['/a', '/b']);
    expect(read('paths:\n  - /a\n  - "/b, c"\n')).toEqual(['/a', '/b, c']);
    expect(readConfig(lists, { flags: { paths: '/a,/b' } })).toEqual({ value: { paths: ['/a', '/b'] } });
    for (const [wrong, shown] of [
      ['[/a, 3]', '["/a",3]'],
      ['/a,,/b', '/a,,/b'],
      ['7', '7'],
    ] as const) {
      expect(read(`paths: ${wrong}`)).toEqual([
        `g.yaml: paths: found ${shown}, expected paths, separated by commas or as a list, or none`,
      ]);
    }
  });

  it('takes no text with a NUL character in it', () => {
    const ofProgram = options({
      program: text({ default: 'nvidia-smi', help: 'what' }),
      paths: list({ default: 'none', of: 'paths', help: 'where' }),
    });
    const read = readConfig(ofProgram, {
      file: { name: 'g.yaml', text: 'program: "nvidia\\0smi"\npaths: ["/a", "/b\\0"]' },
    });
    expect('mistakes' in read && read.mistakes.map(explain)).toEqual([
      'g.yaml: program: found "nvidia\\u0000smi", expected text, without NUL characters',
      'g.yaml: paths: found ["/a","/b\\u0000"], expected paths, separated by commas or as a list, or none, without NUL characters',
    ]);
  });

  it('takes nothing but a group for a group, and no value for no option given', () => {
    const told = (text: string) => {
      const result = readConfig(schema, { file: { name: 'g.yaml', text } });
      return 'mistakes' in result ? result.mistakes.map(explain) : [];
    };
    expect(told('gpu: []')).toEqual(['g.yaml: gpu: found [], expected a group of keys']);
    expect(told('detect: {gradient: [1, 2]}')).toEqual([
      'g.yaml: detect.gradient: found [1,2], expected a group of keys',
    ]);
    expect(told('gpu: 3\nlog:\n  level:\n')).toEqual(['g.yaml: gpu: found 3, expected a group of keys']);
    expect(told('gpus:\n')).toEqual(['g.yaml: gpus: found null, expected no such key; there are gpu, detect, log']);
  });

  it('reports every mistake of every source at once, named as it was written', () => {
    const read = readConfig(schema, {
      file: { name: 'g.yaml', text: 'gpu: {interval: 2, intervall: 1s}\nlog: loud\nnode: {}\nlogs: 1' },
      environment: { GRADWATCH_GPU_EXPECTED: 'eight' },
      flags: { 'detect.gradient.threshold': '0' },
    });
    expect('mistakes' in read && read.mistakes.map(explain).sort()).toEqual([
      '--detect.gradient.threshold: found 0, expected a number from 1 to 100',
      'GRADWATCH_GPU_EXPECTED: found eight, expected a whole number from 0 to 64',
      'g.yaml: gpu.interval: found 2, expected a duration from 100ms to 1m',
      'g.yaml: gpu.intervall: found 1s, expected no such key; there are gpu.interval, gpu.expected, gpu.path',
      'g.yaml: log: found loud, expected a group of keys',
      'g.yaml: logs: found 1, expected no such key; there are gpu, detect, log',
      'g.yaml: node: found a group of keys, expected no such key; there are gpu, detect, log',
    ]);
  });

  it('reports what is wrong in a source that a stronger one hides', () => {
    const read = readConfig(schema, {
      file: { name: 'g.yaml', text: 'log: {level: loud}\ngpu: {interval: 2s}\n' },
      environment: { GRADWATCH_LOG_LEVEL: 'shout', GRADWATCH_GPU_INTERVAL: '3s' },
      flags: { 'log.level': 'debug', 'gpu.interval': '4s' },
    });
    expect(read).toEqual({
      mistakes: [
        { where: 'g.yaml: log.level', value: 'loud', expected: 'one of debug, info' },
        { where: 'GRADWATCH_LOG_LEVEL', value: 'shout', expected: 'one of debug, info' },
      ],
      rest: { ...defaults, log: { level: 'debug' }, gpu: { ...defaults.gpu, interval: 4 } },
      mistaken: [],
    });
  });

  it.each([
    ['gpu: []', ['g.yaml: gpu: found [], expected a group of keys']],
    ['gpu: [interval: 2s]', ['g.yaml: gpu: found [{"interval":"2s"}], expected a group of keys']],
    ['gpu: {interval: {a: 1}}', ['g.yaml: gpu.interval: found a group of keys, expected a duration from 100ms to 1m']],
    ['gpu:\n', []],
  ])('reports what stands where a stronger source sets a key: %s', (text, told) => {
    const read = readConfig(schema, { file: { name: 'g.yaml', text }, flags: { 'gpu.interval': '4s' } });
    expect('mistakes' in read ? read.mistakes.map(explain) : []).toEqual(told);
  });

  it('names the line of a broken file', () => {
    const read = readConfig(schema, { file: { name: 'g.yaml', text: 'gpu:\n  interval: 1s\n  interval: 2s\n' } });
    expect('mistakes' in read && read.mistakes.map(explain)).toEqual([
      'g.yaml:3:3: found interval, expected each key once',
    ]);
  });

  it('tells the first of many mistakes', () => {
    const text = Array.from({ length: 5_000 }, (_, at) => `k${at}: 1\n`).join('');
    const read = readConfig(schema, { file: { name: 'g.yaml', text } });
    const told = 'mistakes' in read ? read.mistakes.map(explain) : [];
    expect([told.length, told[0], told[100]]).toEqual([
      101,
      'g.yaml: k0: found 1, expected no such key; there are gpu, detect, log',
      'g.yaml: found 4900 mistakes more, expected none',
    ]);
  });

  it('shows text that is empty', () => {
    const read = readConfig(schema, { flags: { 'gpu.path': '' } });
    expect('mistakes' in read && read.mistakes.map(explain)).toEqual(['--gpu.path: found "", expected text']);
  });

  it('refuses a file that is no mapping, and keys that try to reach a prototype', () => {
    expect(readConfig(schema, { file: { name: 'g.yaml', text: '- a' } })).toHaveProperty('mistakes.length', 1);
    expect(readConfig(schema, { file: { name: 'g.yaml', text: '__proto__: {x: 1}' } })).toHaveProperty('mistakes');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('leaves', () => {
  it('names each option for file, environment and flags', () => {
    expect(leaves(schema).map(({ path, variable }) => [path, variable])).toContainEqual([
      'detect.gradient.threshold',
      'GRADWATCH_DETECT_GRADIENT_THRESHOLD',
    ]);
    expect(leaves(schema)[0]).toMatchObject({ help: 'beat', default: '1s', expected: 'a duration from 100ms to 1m' });
  });
});
