import { facts, type Model } from './model.ts';

/** GB200: a Blackwell GPU beside a Grace CPU, in a rack with one NVLink domain. */
export const gb200: Model = {
  name: 'NVIDIA GB200',
  brand: 'NVIDIA',
  architecture: 'Blackwell',
  driver: '580.173.02',
  memory: { total: 189_471, reserved: 742, bar1: 262_144 },
  power: { idle: 166, limit: 1200, min: 200, max: 1200 },
  temperature: { idle: 28, loaded: 57, limits: { kind: 'distance', limit: 87, shutdown: -5, slowdown: -2 } },
  clocks: { graphics: 2062, video: 1890, memory: [3996, 3402], lowest: 120, step: 7.5 },
  pcie: { generation: 5, width: 16 },
  links: { count: 18, rate: 53.125, generation: 5 },
  ecc: 'sources',
  remapperBanks: 3968,
  averagePower: true,
  memoryTemperature: true,
  facts: facts(`
    addressing_mode ATS
    compute_cap 10.0
    vbios_version 97.00.B9.00.69
    inforom.img G548.0201.00.06
    inforom.oem 2.1
    inforom.ecc 7.16
    pci.device_id 0x294110DE
    pci.sub_device_id 0x204610DE
    board_part_number 900-2G548-A801-000
    gpu_part_number 2941-892-A1
    pcie.link.gen.gpumax 6
    edpp_multiplier 100.00
    mig.mode.current Disabled
    mig.mode.pending Disabled
    c2c.mode Enabled
    power.memory 60.51
    module.power.draw.average 1871.40
    module.power.draw.instant 1874.92
    module.power.limit 2500.00
    module.enforced.power.limit 2500.00
    module.power.default_limit 2500.00
    module.power.min_limit 500.00
    module.power.max_limit 2500.00
    power_smoothing Insufficient Permissions
    fabric.state Completed
    fabric.status Success
    fabric.cliqueId 2
    fabric.clusterUuid 6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9
    fabric.health.summary Healthy
    fabric.health.bandwidth Full
    fabric.health.route_recovery_in_progress False
    fabric.health.route_unhealthy False
    fabric.health.access_timeout_recovery False
    platform.chassis_serial_number 1822725000417
    platform.slot_number 14
    platform.tray_index 4
    platform.host_id 1
    platform.peer_type Switch Connected
    platform.gpu_fabric_guid 0x5d1f0c3b2a493877
  `),
};
