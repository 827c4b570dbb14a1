import { SlidingWindow } from '../../stats/index.ts';
import { quiet, type Verdict } from '../detector.ts';
import { looks } from './run-use.ts';
import { Spell, type Found } from './spell.ts';

/** How often something held at a look, over ten minutes. */
export class Share {
  private readonly held = new SlidingWindow(looks);
  private readonly spell = new Spell();

  judge(time: number, holds: boolean | null, most: number, found: (share: number) => Found): Verdict {
    if (holds === null) return quiet;
    this.held.push(holds ? 1 : 0);
    if (this.held.size < looks) return quiet;
    const share = this.held.sorted.reduce((sum, one) => sum + one, 0) / looks;
    return this.spell.judge(time, share > most, { after: 0, calm: 60 }, () => found(share));
  }
}
