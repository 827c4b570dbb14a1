import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkErrorKinds } from './link-counters.ts';
import { parseLinks, type Link } from './links.ts';

/** What is told of the links of one GPU, whose answers these are. */
function linksOf(...lines: readonly string[]): readonly Link[] {
  return parseLinks([['GPU 0: NVIDIA B200 (UUID: GPU-a)', ...lines]])[0]?.links ?? [];
}

const untold = { active: null, bandwidth: null, errors: new Map(), bitErrors: new Map(), traffic: new Map() };

test('reads state, errors and traffic of the links of each GPU', () => {
  const [first, second] = parseLinks([
    [
      'GPU 0: NVIDIA H100 (UUID: GPU-a)',
      '\t Link 0: 26.562 GB/s',
      '\t Link 1: <inactive>',
      'GPU 1: H100 (UUID: GPU-b)',
    ],
    ['GPU 0: NVIDIA H100 (UUID: GPU-a)', '         Link 0: Replay Errors: 3', '', '         Link 1: CRC Errors: N/A'],
    ['GPU 0: NVIDIA H100 (UUID: GPU-a)', '\t Link 0: Data Tx: 2 KiB', '\t Link 0: Data Rx: 3 KiB'],
  ]);
  expect(first?.links).toEqual([
    {
      link: '0',
      active: true,
      bandwidth: 26.562e9,
      errors: new Map([['replay', 3]]),
      bitErrors: new Map(),
      traffic: new Map([
        ['transmit', 2048],
        ['receive', 3072],
      ]),
    },
    { ...untold, link: '1', active: false, bandwidth: 0 },
  ]);
  expect(second).toMatchObject({ uuid: 'GPU-b', links: [], allInactive: false });
});

describe('of NVLink 5', () => {
  const of = (line: string): Link | undefined => linksOf(` Link 7: ${line}`)[0];

  test.each([
    ['Malformed packet Errors: 1', 'malformed_packet'],
    ['Buffer overrun Errors: 1', 'buffer_overrun'],
    ['Rx Errors: 1', 'rx'],
    ['Rx remote Errors: 1', 'rx_remote'],
    ['Rx General Errors: 1', 'rx_general'],
    ['Local link integrity Errors: 1', 'local_link_integrity'],
    ['Tx discards: 1', 'tx_discards'],
    ['Link recovery successful events: 1', 'link_recovery_successful'],
    ['Link recovery failed events: 1', 'link_recovery_failed'],
    ['Effective Errors: 1', 'effective'],
    ['Symbol Errors: 1', 'symbol'],
    ['FEC Errors - 3: 1', 'fec_corrected'],
    ['PLR Xmit Retry Blocks: 1', 'plr_xmit_retry_blocks'],
    ['Raw Errors Lane 1: 1', 'raw_lane_1'],
    ['CRC Flit Errors: 1', 'crc_flit'],
  ])('%s is of the kind %s', (line, kind) => {
    expect(of(line)?.errors).toEqual(new Map([[kind, 1]]));
    expect(linkErrorKinds).toContain(kind);
  });

  test('what a later driver counts gets a name by the same rule', () => {
    expect(of('Phy Resync (lane 3) Failures: 12')?.errors).toEqual(new Map([['phy_resync_lane_3_failures', 12]]));
  });

  test.each(['Total link recovery events: 4', 'FEC Errors - 0: 36140749276', 'Tx packets: 9', 'PLR Xmit Blocks: 7'])(
    '%s counts no errors',
    (line) => {
      expect(of(line)).toMatchObject({ errors: new Map(), bitErrors: new Map(), traffic: new Map() });
    },
  );

  test('words that were corrected are one kind, however many symbols were wrong', () => {
    const lines = Array.from({ length: 16 }, (_, at) => ` Link 0: FEC Errors - ${at}: ${at === 0 ? 1e9 : at}`);
    expect(linksOf(...lines)[0]?.errors).toEqual(new Map([['fec_corrected', 120]]));
  });

  test.each([
    ['Effective BER: 15e-255', 'effective', 15e-255],
    ['Symbol BER: 1.5e-12', 'symbol', 1.5e-12],
    ['Raw BER Lane 0: 2061', 'raw_lane_0', 8e-13],
    ['Raw BER Total: 0', 'raw_total', 0],
  ])('%s is a share of bits', (line, kind, ratio) => {
    const told = of(line)?.bitErrors ?? new Map<string, number>();
    expect([...told.keys()]).toEqual([kind]);
    expect(told.get(kind)).toBeCloseTo(ratio, 300);
  });

  test('takes the payload for its traffic, whatever else is counted', () => {
    const raw = [' Link 0: Raw Tx: 9 KiB', ' Link 0: Tx bytes: 8'];
    expect(linksOf(...raw, ' Link 0: Data Tx: 1 KiB')[0]?.traffic).toEqual(new Map([['transmit', 1024]]));
    expect(linksOf(' Link 0: Data Tx: 1 KiB', ...raw)[0]?.traffic).toEqual(new Map([['transmit', 1024]]));
    expect(linksOf(...raw)[0]?.traffic).toEqual(new Map([['transmit', 8]]));
  });
});

test.each([
  ['53.125 GB/s (Sleep)', { active: true, bandwidth: 53.125e9 }],
  ['Sleep', { active: true, bandwidth: null }],
  ['<inActive>', { active: false, bandwidth: 0 }],
  ['disabled', { active: false, bandwidth: 0 }],
  ['25781 MB/s', { active: true, bandwidth: 25.781e9 }],
  ['99999 GB/s', { active: null, bandwidth: null }],
  ['25 furlongs', { active: null, bandwidth: null }],
])('a link that is %s', (said, state) => {
  expect(linksOf(`Link 0: ${said}`)[0]).toMatchObject(state);
});

test('hears that no link is up where none is named', () => {
  const said = 'NVML: Unable to retrieve NVLink information as all links are inActive';
  const gpus = parseLinks([['GPU 0: A100 (UUID: GPU-a)', said, 'GPU 1: A100 (UUID: GPU-b)', '\t Link 0: 25 GB/s']]);
  expect(gpus.map(({ uuid, allInactive }) => [uuid, allInactive])).toEqual([
    ['GPU-a', true],
    ['GPU-b', false],
  ]);
});

test('knows a GPU by its index where its heading names no uuid', () => {
  expect(parseLinks([['GPU 3: NVIDIA GB300', '\t Link 0: 53.125 GB/s']])).toMatchObject([{ uuid: null, index: 3 }]);
});

test('gives no link to the GPU before a heading that cannot be read', () => {
  const lines = ['GPU 0: H100 (UUID: GPU-a)', 'Unable to determine the UUID of GPU 1: GPU is lost', ' Link 1: 25 GB/s'];
  expect(parseLinks([lines])).toMatchObject([{ uuid: 'GPU-a', links: [] }]);
});

describe('of any lines', () => {
  const name = fc.stringMatching(/^[ -~]{0,70}$/);
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.nat(200), name, fc.oneof(fc.nat(), fc.double(), name))
      .map(([at, of, is]) => ` Link ${at}: ${of}: ${is}`),
    fc.nat(64).map((index) => `GPU ${index}: any`),
  );

  test('what is read is bounded and well named', () => {
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 200 }), { maxLength: 3 }), (answers) => {
        for (const { links } of parseLinks(answers))
          for (const { errors, bitErrors, traffic, bandwidth } of links) {
            expect(errors.size).toBeLessThanOrEqual(32);
            for (const kind of [...errors.keys(), ...bitErrors.keys()]) expect(kind).toMatch(/^[a-z0-9_]{0,48}$/);
            for (const figure of [...errors.values(), ...bitErrors.values(), ...traffic.values(), bandwidth ?? 0]) {
              expect(figure).toBeGreaterThanOrEqual(0);
              expect(figure).toBeLessThan(Infinity);
            }
          }
      }),
    );
  });
});
