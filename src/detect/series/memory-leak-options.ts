import type { InferOutput } from 'valibot';
import { duration, integer, number, text } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';

/** What memory is judged, how clear a rise must be to be told, and how grave it is then. */
export const memoryLeakOptions = detectorOptions({
  series: text({
    default:
      'gradwatch_node_memory_used_bytes,gradwatch_gpu_memory_used_bytes,gradwatch_train_process_memory_bytes,gradwatch_train_memory_allocated_bytes',
    expected: 'names of metrics, * for any characters, separated by commas',
    help: 'Series of memory in use that are judged',
  }),
  warmup: integer({ default: 60, min: 0, max: 100_000, help: 'Values of a series before the first that is judged' }),
  z: number({
    default: 4.5,
    min: 1,
    max: 100,
    help: 'Trend of Mann and Kendall, in standard deviations, from which it counts',
  }),
  rise: number({
    default: 0.05,
    min: 0,
    max: 100,
    help: 'Least rise within a window, as a share of the level before',
  }),
  capacity: number({
    default: 0.02,
    min: 0,
    max: 1,
    help: 'Least rise within a window, as a share of the memory that there is, where that is known',
  }),
  confirmation: number({
    default: 0.5,
    min: 0,
    max: 10,
    help: 'How much further the rise must go on before it is told, as a share of itself',
  }),
  lasting: duration({
    default: '2h',
    min: '0s',
    max: '30d',
    help: 'Time for which the rise must have lasted before it is told, or twice what is left to exhaustion',
  }),
  taken: number({
    default: 0.5,
    min: 0,
    max: 1,
    help: 'Share of the memory that was free when the rise began below which it is info',
  }),
  growth: number({
    default: 0.5,
    min: 0,
    max: 100,
    help: 'Rise as a share of the level before, below which it is info where the capacity is not known',
  }),
  unbounded: duration({
    default: '15h',
    min: '0s',
    max: '30d',
    help: 'Time below which the rise of memory that is not of tensors is info where the capacity is not known',
  }),
  warning: duration({
    default: '1d',
    min: '1s',
    max: '365d',
    help: 'Time to exhaustion above which it is info',
  }),
  critical: duration({
    default: '1h',
    min: '1s',
    max: '30d',
    help: 'Time to exhaustion below which it is critical',
  }),
});

export type MemoryLeakOptions = InferOutput<typeof memoryLeakOptions>;
