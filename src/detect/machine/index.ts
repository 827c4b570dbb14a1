import { batchTooSmall } from './batch-too-small.ts';
import { cpuBottleneck } from './cpu-bottleneck.ts';
import { ioBottleneck } from './io-bottleneck.ts';
import { gpuEccCorrected } from './gpu-ecc-corrected.ts';
import { gpuEccUncorrectable } from './gpu-ecc-uncorrectable.ts';
import { gpuHot } from './gpu-hot.ts';
import { gpuLoadImbalance } from './gpu-load-imbalance.ts';
import { gpuLost } from './gpu-lost.ts';
import { gpuMissing } from './gpu-missing.ts';
import { gpuLowPower } from './gpu-low-power.ts';
import { gpuMemoryFailed } from './gpu-memory-failed.ts';
import { gpuMemoryWorn } from './gpu-memory-worn.ts';
import { gpuRepairPending } from './gpu-repair-pending.ts';
import { gpuMemoryJump } from './gpu-memory-jump.ts';
import { gpuMemoryPressure } from './gpu-memory-pressure.ts';
import { gpuNvlinkDegraded } from './gpu-nvlink-degraded.ts';
import { gpuOutlier } from './gpu-outlier.ts';
import { gpuPcieDegraded } from './gpu-pcie-degraded.ts';
import { gpuPowerCapped } from './gpu-power-capped.ts';
import { gpuRecoveryNeeded } from './gpu-recovery-needed.ts';
import { gpuSlowClock } from './gpu-slow-clock.ts';
import { gpuTelemetry } from './gpu-telemetry.ts';
import { gpuThrottled } from './gpu-throttled.ts';
import { gpuUnderused } from './gpu-underused.ts';
import { gpuXid } from './gpu-xid.ts';
import { hostCpuPressure } from './host-cpu-pressure.ts';
import { hostMemoryPressure } from './host-memory-pressure.ts';
import { nodeTelemetry } from './node-telemetry.ts';
import { oomKill } from './oom-kill.ts';

/** What is wrong with the machine, a cause before its consequences. */
export const hardwareDetectors = [
  oomKill,
  gpuXid,
  gpuLost,
  gpuMissing,
  gpuEccUncorrectable,
  gpuMemoryFailed,
  gpuRepairPending,
  gpuRecoveryNeeded,
  gpuMemoryWorn,
  gpuEccCorrected,
  gpuNvlinkDegraded,
  gpuPcieDegraded,
  hostMemoryPressure,
  hostCpuPressure,
  gpuThrottled,
  gpuHot,
  gpuPowerCapped,
  gpuSlowClock,
  gpuOutlier,
  gpuTelemetry,
  nodeTelemetry,
] as const;

/** How runs use the machine: what these find follows from what is found elsewhere. */
export const usageDetectors = [
  gpuLowPower,
  cpuBottleneck,
  ioBottleneck,
  batchTooSmall,
  gpuUnderused,
  gpuLoadImbalance,
  gpuMemoryPressure,
  gpuMemoryJump,
] as const;

export type { AnyMachineDetector, MachineVerdict } from './machine-detector.ts';
export { MachineWatch, type MachineStation } from './machine-watch.ts';
