import { duration, number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { cardDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { patience, Spell } from './spell.ts';

/**
 * The PCIe link of a GPU has fewer lanes or a lower generation than it can have, while the card works (an idle card slows its link to
 * save power), or sends packets again and again. The most lanes are those of the card: a slot that is wired with fewer is no fault that
 * came, so a card that never had more, as others like it on the node, is only told of. The rate of replays is the limit of DCGM's health check, "the maximum recommended by RM"
 * (the resource manager of the driver): github.com/NVIDIA/DCGM, dcgm_gpu_hardware_limits.h.
 */
export const gpuPcieDegraded = cardDetector({
  kind: 'gpu_pcie_degraded',
  meaning: 'the PCIe link of a GPU is slower than it can be, or full of errors',
  explains: ['slow_communication', 'straggler', 'slow_down', 'throughput_regression', 'step_outlier', 'bottleneck'],
  alert: 'rank_degraded',
  collectors: ['gpu', 'gpu_detail'],
  reads: [
    'gradwatch_gpu_pcie_lanes',
    'gradwatch_gpu_pcie_max_lanes',
    'gradwatch_gpu_pcie_generation',
    'gradwatch_gpu_pcie_max_generation',
    'gradwatch_gpu_pcie_replays_total',
    'gradwatch_gpu_utilization_ratio',
  ],
  options: detectorOptions({
    load: number({ default: 0.5, min: 0, max: 1, help: 'Utilisation from which the link has to be at its best' }),
    replays: number({ default: 8, min: 0, max: 1e9, help: 'Replays a minute, over the window' }),
    window: duration({ default: '10m', min: '5s', max: '1d', help: 'Time over which replays are counted' }),
    ...patience('1m', '2m'),
  }),
  start: ({ window }) => ({ replayed: new Rise(window), most: 0, link: new Spell() }),
  observe(state, card, { load, replays, window, ...waits }, machine) {
    const { replayed, link } = state;
    const { time } = machine;
    const lanes = card.read('gradwatch_gpu_pcie_lanes');
    const mostLanes = card.read('gradwatch_gpu_pcie_max_lanes');
    const generation = card.read('gradwatch_gpu_pcie_generation');
    const bestGeneration = card.read('gradwatch_gpu_pcie_max_generation');
    const counter = card.read('gradwatch_gpu_pcie_replays_total');
    // What this card had, and those like it have, this slot can have.
    const alike = machine.cards.filter(({ model }) => model === card.model);
    state.most = Math.max(state.most, ...alike.map((each) => each.read('gradwatch_gpu_pcie_lanes') ?? 0));
    if (counter !== null) replayed.push(time, counter);
    const noisy = replayed.rise >= (replays * window) / 60;
    const works = (card.read('gradwatch_gpu_utilization_ratio') ?? 0) >= load;
    if (!noisy && (!works || lanes === null || generation === null)) return quiet;
    const narrow = works && lanes !== null && lanes < (mostLanes ?? 0);
    const slow = works && generation !== null && generation < (bestGeneration ?? 0);
    const share =
      narrow || slow
        ? ((mostLanes ?? 1) / (lanes ?? 1)) * 2 ** Math.max(0, (bestGeneration ?? 0) - (generation ?? 0))
        : 1;
    const isWired = narrow && !slow && !noisy && lanes === state.most;
    return link.judge(time, narrow || slow || noisy, waits, (seconds) => ({
      severity: isWired ? 'info' : 'warning',
      score: narrow || slow ? share : replayed.rise / (window / 60),
      threshold: narrow || slow ? 1 : replays,
      cause:
        narrow || slow
          ? `The PCIe link of ${card.name} has ${lanes ?? '?'} of ${mostLanes ?? '?'} lanes at generation ${generation ?? '?'} of ${bestGeneration ?? '?'} while the card works, ${isWired ? 'and never had more' : `since ${span(seconds)}`}.`
          : `The PCIe link of ${card.name} sent ${figure(replayed.rise)} packets again within the last ${span(Math.min(window, replayed.span(time)))}.`,
      advice: isWired
        ? 'Many slots are wired with fewer lanes than a card has: see LnkCap of the bridge above it (`lspci -vv`). Where that has more, seat the card anew.'
        : 'Seat the card and its riser anew, look at `lspci -vv` of the bridge above it, and try another slot; then replace it.',
    }));
  },
});
