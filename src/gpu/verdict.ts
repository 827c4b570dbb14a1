import type { Ending } from './ending.ts';
import { defaultProgram } from './options.ts';
import type { FailureReason, NoGpu } from './outcome.ts';
import { hasNvidiaDevice } from './pci.ts';
import { inspectProgram, pathOf } from './program-file.ts';
import { isWithinWindows } from './windows.ts';

/** What is known of the node besides. */
export interface Node {
  /** The program, as configured. */
  readonly program: string;
  readonly procRoot: string;
  /** GPUs were seen, or the configuration says that there are some. */
  readonly hadGpus: boolean;
  /** Not all GPUs were asked for: those without a handle were left out. */
  readonly leftOut: boolean;
}

export type Verdict =
  /** There is no GPU on this node. */
  | { readonly kind: 'none'; readonly why: NoGpu }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly message: string };

/** What an end of nvidia-smi says of the node. */
export function judge(end: Ending, { program, procRoot, hadGpus, leftOut }: Node): Verdict {
  const failed = (reason: FailureReason, message: string): Verdict => ({ kind: 'failed', reason, message });
  switch (end.kind) {
    case 'no_program': {
      const file = inspectProgram(program);
      if (file.kind === 'no_loader') return failed('no_loader', withoutLoader(file.path, file.loader));
      // One that was named by hand should be there, whatever the node has: a mistyped path is no node without GPUs.
      if (program !== defaultProgram)
        return failed('absent', `there is no program ${program}, which gpu.program names`);
      if (file.elsewhere !== null)
        return failed('absent', `${program} is not on the search path; set gpu.program to ${file.elsewhere}`);
      return hadGpus || hasNvidiaDevice(procRoot)
        ? failed('absent', `this node has GPUs, but no ${program} on its search path; set gpu.program to its path`)
        : { kind: 'none', why: end.kind };
    }
    case 'not_permitted':
      return failed(
        'not_permitted',
        `${pathOf(program) ?? program} may not be run (EACCES): make it and its folders executable for the user of the exporter, ` +
          'and its file system not noexec, or set gpu.program to another',
      );
    case 'no_devices':
      return leftOut
        ? failed('device_unreachable', 'nvidia-smi finds none of the GPUs beside those without a handle')
        : { kind: 'none', why: end.kind };
    case 'no_driver':
      return hadGpus || hasNvidiaDevice(procRoot) || isWithinWindows(procRoot)
        ? failed('driver_unreachable', end.said)
        : { kind: 'none', why: end.kind };
    case 'driver_refuses':
      return failed('driver_unreachable', end.said);
    case 'no_handle':
      return failed('device_unreachable', end.said);
    case 'field_refused':
      return failed('field_refused', `nvidia-smi: ${end.said}`);
    case 'failed':
      return failed('failed', `nvidia-smi ${end.said}`);
  }
}

function withoutLoader(path: string, loader: string | null): string {
  const what = loader === null ? 'what loads it is missing' : `${loader}, which loads it, is missing`;
  return `${path} is there, but ${what}: nvidia-smi needs an image with glibc, which Alpine and images without libc are not`;
}
