import { facts, type Model } from './model.ts';

/** T4 with 16 GB. */
export const t4: Model = {
  name: 'Tesla T4',
  brand: 'Tesla',
  architecture: 'Turing',
  driver: '595.71.05',
  memory: { total: 15_360, reserved: 446, bar1: 256 },
  power: { idle: 10, limit: 70, min: 60, max: 70 },
  temperature: {
    idle: 34,
    loaded: 71,
    limits: { kind: 'absolute', shutdown: 96, slowdown: 93, operation: 85, memory: null },
  },
  clocks: { graphics: 1590, video: 1470, memory: [5001, 405], lowest: 300, step: 15 },
  pcie: { generation: 3, width: 16 },
  ecc: 'parts',
  remapperBanks: null,
  averagePower: false,
  memoryTemperature: false,
  facts: facts(`
    addressing_mode HMM
    compute_cap 7.5
    vbios_version 90.04.38.00.03
    inforom.img G183.0200.00.02
    inforom.oem 1.1
    inforom.ecc 5.0
    pci.device_id 0x1EB810DE
    pci.sub_device_id 0x12A210DE
    board_part_number 900-2G183-0000-001
    gpu_part_number 1EB8-895-A1
  `),
};
