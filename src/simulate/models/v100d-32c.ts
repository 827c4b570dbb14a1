import { facts, type Model } from './model.ts';

/**
 * GRID V100D-32C: a whole V100 as a virtual GPU, as its guest sees it. Temperature, power and all that belongs to the board are the
 * host's; utilisation, memory and clocks are told. After NVIDIA's Virtual GPU Software user guide, "Monitoring GPU performance".
 */
export const v100d32c: Model = {
  name: 'GRID V100D-32C',
  brand: 'NVIDIA Virtual Compute Server',
  architecture: 'Volta',
  driver: '535.161.07',
  memory: { total: 32_768, reserved: 1_536, bar1: 32_768 },
  power: { idle: 40, limit: 250, min: 100, max: 250 },
  temperature: {
    idle: 34,
    loaded: 59,
    limits: { kind: 'absolute', shutdown: 90, slowdown: 87, operation: 83, memory: 85 },
  },
  clocks: { graphics: 1530, video: 1372, memory: [877], lowest: 135, step: 7.5 },
  pcie: { generation: 3, width: 16 },
  ecc: 'caches',
  remapperBanks: null,
  averagePower: false,
  memoryTemperature: false,
  lacks:
    /^(serial|minor_number|gsp_version|ecc\.|retired_pages\.|temperature\.|power\.|enforced\.power\.limit|pcie\.|clocks_event_reasons|clocks\.(applications|default_applications|max)|bar1\.|reset_status\.|gpu_recovery_action|platform\.|inforom\.|display_)/,
  facts: facts(`
    virtualization_mode VGPU
    compute_cap 7.0
    vbios_version 00.00.00.00.00
    pci.device_id 0x1DB610DE
    pci.sub_device_id 0x13F410DE
  `),
};
