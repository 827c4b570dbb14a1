import { a100Mig } from './a100-mig.ts';
import { a100 } from './a100.ts';
import { b200 } from './b200.ts';
import { gb200 } from './gb200.ts';
import { h100 } from './h100.ts';
import { h200 } from './h200.ts';
import { l40s } from './l40s.ts';
import type { Model } from './model.ts';
import { rtx4090Wsl } from './rtx4090-wsl.ts';
import { t4 } from './t4.ts';
import { v100 } from './v100.ts';
import { v100d32c } from './v100d-32c.ts';

/** Every model, and machines that tell less of theirs, by the name that the control file has for it. Figures as data sheets and nvidia-smi state them. */
export const models = {
  ...{ a100, 'a100-mig': a100Mig, h100, h200, b200, gb200, l40s, t4, v100 },
  'rtx4090-wsl': rtx4090Wsl,
  'v100d-32c': v100d32c,
} as const satisfies Record<string, Model>;
export type ModelName = keyof typeof models;

export const modelNames = Object.keys(models) as readonly ModelName[];
