import { facts, type Model } from './model.ts';

/** H200 SXM5 with 141 GB. */
export const h200: Model = {
  name: 'NVIDIA H200',
  brand: 'NVIDIA',
  architecture: 'Hopper',
  driver: '575.57.08',
  memory: { total: 143_771, reserved: 617, bar1: 262_144 },
  power: { idle: 76, limit: 700, min: 200, max: 700 },
  temperature: { idle: 32, loaded: 61, limits: { kind: 'distance', limit: 87, shutdown: -8, slowdown: -2 } },
  clocks: { graphics: 1980, video: 1545, memory: [3201, 1593], lowest: 345, step: 15 },
  pcie: { generation: 5, width: 16 },
  links: { count: 18, rate: 26.562 },
  ecc: 'sources',
  remapperBanks: 2560,
  averagePower: true,
  memoryTemperature: true,
  facts: facts(`
    addressing_mode HMM
    compute_cap 9.0
    vbios_version 96.00.CE.00.01
    inforom.img G520.0250.00.03
    inforom.oem 2.1
    inforom.ecc 7.16
    pci.device_id 0x233510DE
    pci.sub_device_id 0x18BE10DE
    board_part_number 692-2G520-0250-000
    gpu_part_number 2335-885-A1
    edpp_multiplier 100.00
    mig.mode.current Disabled
    mig.mode.pending Disabled
    c2c.mode Disabled
    sparse_operation_mode Disabled
    power.memory 51.72
    fabric.state Completed
    fabric.status Success
    fabric.cliqueId 0
    fabric.clusterUuid 00000000-0000-0000-0000-000000000000
    fabric.health.bandwidth Full
    platform.host_id 1
    platform.peer_type Switch Connected
    platform.gpu_fabric_guid 0x1f2e3d4c5b6a7988
  `),
};
