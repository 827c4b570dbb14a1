import { facts, type Model } from './model.ts';

/**
 * GeForce RTX 4090 as a Linux within Windows (WSL 2) sees it. The driver is that of Windows, which tells no memory of processes and
 * hides what it manages itself. After outputs in microsoft/WSL#7162, NVIDIA/nvidia-container-toolkit#271 and #289.
 */
export const rtx4090Wsl: Model = {
  name: 'NVIDIA GeForce RTX 4090',
  brand: 'GeForce',
  architecture: 'Ada Lovelace',
  driver: '576.52',
  memory: { total: 24_564, reserved: 404, bar1: 32_768 },
  power: { idle: 22, limit: 450, min: 150, max: 600 },
  temperature: { idle: 30, loaded: 66, limits: { kind: 'distance', limit: 84, shutdown: -7, slowdown: -2 } },
  clocks: { graphics: 3105, video: 2415, memory: [10_501, 405], lowest: 210, step: 15 },
  pcie: { generation: 4, width: 16 },
  ecc: 'parts',
  remapperBanks: 192,
  averagePower: true,
  memoryTemperature: false,
  lacks:
    /^(serial|minor_number|gsp_version|gsp\.|ecc\.|remapped_rows\.|pcie\.(link|sent|received|replays)|clocks_event_reasons_counters\.|protected_memory\.|platform\.|gpu_recovery_action|encoder\.)/,
  namesProcesses: false,
  facts: facts(`
    driver_model.current WDDM
    driver_model.pending WDDM
    display_attached Yes
    display_active Enabled
    fan.speed 30
    compute_cap 8.9
    vbios_version 95.02.3C.80.7C
    inforom.img G002.0000.00.03
    inforom.oem 2.0
    pci.device_id 0x268410DE
    pci.sub_device_id 0x167C10DE
  `),
};
