import { facts, type Model } from './model.ts';

/** A100 SXM4 with 80 GB (GA100). */
export const a100: Model = {
  name: 'NVIDIA A100-SXM4-80GB',
  brand: 'NVIDIA',
  architecture: 'Ampere',
  driver: '570.148.08',
  memory: { total: 81_920, reserved: 593, bar1: 131_072 },
  power: { idle: 62, limit: 400, min: 100, max: 400 },
  temperature: {
    idle: 31,
    loaded: 58,
    limits: { kind: 'absolute', shutdown: 92, slowdown: 89, operation: 85, memory: 95 },
  },
  clocks: { graphics: 1410, video: 1290, memory: [1593], lowest: 210, step: 15 },
  pcie: { generation: 4, width: 16 },
  links: { count: 12, rate: 25 },
  ecc: 'sources',
  remapperBanks: 640,
  averagePower: false,
  memoryTemperature: true,
  facts: facts(`
    addressing_mode HMM
    compute_cap 8.0
    vbios_version 92.00.9E.00.01
    inforom.img G506.0212.00.02
    inforom.oem 2.0
    inforom.ecc 6.16
    pci.device_id 0x20B210DE
    pci.sub_device_id 0x147F10DE
    board_part_number 692-2G506-0212-002
    gpu_part_number 20B2-895-A1
    mig.mode.current Disabled
    mig.mode.pending Disabled
    platform.module_id 1
  `),
};
