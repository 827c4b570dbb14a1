import { facts, type Model } from './model.ts';

/** H100 SXM5 with 80 GB. */
export const h100: Model = {
  name: 'NVIDIA H100 80GB HBM3',
  brand: 'NVIDIA',
  architecture: 'Hopper',
  driver: '590.48.01',
  memory: { total: 81_559, reserved: 479, bar1: 131_072 },
  power: { idle: 70, limit: 700, min: 200, max: 700 },
  temperature: { idle: 34, loaded: 66, limits: { kind: 'distance', limit: 87, shutdown: -8, slowdown: -2 } },
  clocks: { graphics: 1980, video: 1545, memory: [2619, 1593], lowest: 345, step: 15 },
  pcie: { generation: 5, width: 16 },
  links: { count: 18, rate: 26.562 },
  ecc: 'sources',
  remapperBanks: 2560,
  averagePower: true,
  memoryTemperature: true,
  facts: facts(`
    addressing_mode None
    compute_cap 9.0
    vbios_version 96.00.A5.00.01
    inforom.img G520.0200.00.05
    inforom.oem 2.1
    inforom.ecc 7.16
    pci.device_id 0x233010DE
    pci.sub_device_id 0x16C110DE
    board_part_number 692-2G520-0200-000
    gpu_part_number 2330-885-A1
    edpp_multiplier 100.00
    mig.mode.current Disabled
    mig.mode.pending Disabled
    c2c.mode Disabled
    sparse_operation_mode Disabled
    power.memory 33.10
    fabric.state Completed
    fabric.status Success
    fabric.cliqueId 0
    fabric.clusterUuid 00000000-0000-0000-0000-000000000000
    platform.chassis_serial_number
    platform.slot_number 0
    platform.tray_index 0
    platform.host_id 1
    platform.peer_type Switch Connected
    platform.gpu_fabric_guid 0x0000000000000000
  `),
};
