import { facts, type Model } from './model.ts';

/** V100 SXM2 with 32 GB. */
export const v100: Model = {
  name: 'Tesla V100-SXM2-32GB',
  brand: 'Tesla',
  architecture: 'Volta',
  driver: '525.147.05',
  memory: { total: 32_768, reserved: 258, bar1: 32_768 },
  power: { idle: 42, limit: 300, min: 150, max: 300 },
  temperature: {
    idle: 33,
    loaded: 59,
    limits: { kind: 'absolute', shutdown: 90, slowdown: 87, operation: 83, memory: 85 },
  },
  clocks: { graphics: 1530, video: 1372, memory: [877], lowest: 135, step: 7.5 },
  pcie: { generation: 3, width: 16 },
  links: { count: 6, rate: 25.781 },
  ecc: 'caches',
  remapperBanks: null,
  averagePower: false,
  memoryTemperature: true,
  facts: facts(`
    compute_cap 7.0
    vbios_version 88.00.48.00.02
    inforom.img G503.0204.00.02
    inforom.oem 1.1
    inforom.ecc 5.0
    pci.device_id 0x1DB510DE
    pci.sub_device_id 0x124910DE
    board_part_number 900-2G503-0010-000
    gpu_part_number 1DB5-896-A1
  `),
};
