import { facts, type Model } from './model.ts';

/** B200 with 180 GB on an HGX board. */
export const b200: Model = {
  name: 'NVIDIA B200',
  brand: 'NVIDIA',
  architecture: 'Blackwell',
  driver: '580.105.08',
  memory: { total: 183_359, reserved: 728, bar1: 262_144 },
  power: { idle: 142, limit: 1000, min: 200, max: 1000 },
  temperature: { idle: 33, loaded: 64, limits: { kind: 'distance', limit: 88, shutdown: -5, slowdown: -3 } },
  clocks: { graphics: 1965, video: 1965, memory: [3996, 3402], lowest: 120, step: 7.5 },
  pcie: { generation: 5, width: 16 },
  links: { count: 18, rate: 53.125, generation: 5 },
  ecc: 'sources',
  remapperBanks: 3840,
  averagePower: true,
  memoryTemperature: true,
  facts: facts(`
    addressing_mode None
    compute_cap 10.0
    vbios_version 97.00.FA.00.09
    inforom.img G525.0220.00.03
    inforom.oem 2.1
    inforom.ecc 7.16
    pci.device_id 0x290110DE
    pci.sub_device_id 0x199910DE
    board_part_number 692-2G525-0220-500
    gpu_part_number 2901-886-A1
    edpp_multiplier 100.00
    mig.mode.current Disabled
    mig.mode.pending Disabled
    c2c.mode Disabled
    power.memory 44.65
    power_smoothing Insufficient Permissions
    fabric.state Completed
    fabric.status Success
    fabric.cliqueId 0
    fabric.clusterUuid 00000000-0000-0000-0000-000000000000
    fabric.health.summary Healthy
    fabric.health.access_timeout_recovery False
    platform.chassis_serial_number
    platform.host_id 1
    platform.peer_type Switch Connected
    platform.gpu_fabric_guid 0x31c09d5e7a2f4b68
  `),
};
