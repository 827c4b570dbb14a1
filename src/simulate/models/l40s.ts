import { facts, type Model } from './model.ts';

/** L40S with 48 GB, a passive PCIe card without NVLink. */
export const l40s: Model = {
  name: 'NVIDIA L40S',
  brand: 'NVIDIA',
  architecture: 'Ada Lovelace',
  driver: '535.183.01',
  memory: { total: 46_068, reserved: 593, bar1: 65_536 },
  power: { idle: 35, limit: 350, min: 100, max: 350 },
  temperature: { idle: 30, loaded: 67, limits: { kind: 'distance', limit: 88, shutdown: -7, slowdown: -2 } },
  clocks: { graphics: 2520, video: 1965, memory: [9001, 405], lowest: 210, step: 15 },
  pcie: { generation: 4, width: 16 },
  ecc: 'sources',
  remapperBanks: 192,
  averagePower: true,
  memoryTemperature: false,
  facts: facts(`
    addressing_mode None
    compute_cap 8.9
    vbios_version 95.02.66.00.02
    inforom.img G133.0242.00.03
    inforom.oem 2.1
    inforom.ecc 6.16
    pci.device_id 0x26B910DE
    pci.sub_device_id 0x185110DE
    board_part_number 900-2G133-0080-000
    gpu_part_number 26B9-896-A1
  `),
};
