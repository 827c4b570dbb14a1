import { describe, expect, it } from 'vitest';
import { gauge, SeriesTable } from '../series/index.ts';
import { RankCapacity } from './rank-capacity.ts';

const progress = { step: null, steps: 0, idle: 0, usual: null, phase: null };

describe('RankCapacity', () => {
  it('is what a process has and the node has free, and the memory of the card of a rank', () => {
    const table = new SeriesTable();
    const node = table.group([], {
      total: gauge('gradwatch_node_memory_total_bytes', { help: 'h', labels: [] }),
      used: gauge('gradwatch_node_memory_used_bytes', { help: 'h', labels: [] }),
    });
    const card = table.group(['uuid'], {
      total: gauge('gradwatch_gpu_memory_total_bytes', { help: 'h', labels: ['uuid'] }),
    });
    const capacity = new RankCapacity();
    const runs = [{ run: 'r', ranks: [{ rank: 3, uuid: 'GPU-b', ...progress }] }];
    capacity.read(table, runs);
    expect(capacity.of('gradwatch_train_process_memory_bytes', 'r', 3, 5)).toBeNull();

    node.row({}).set('total', 100);
    node.row({}).set('used', 40);
    card.row({ uuid: 'GPU-a' }).set('total', 16);
    card.row({ uuid: 'GPU-b' }).set('total', 80);
    capacity.read(table, runs);
    expect(capacity.of('gradwatch_train_process_memory_bytes', 'r', 3, 5)).toEqual({ bytes: 65, pool: 40 });
    expect(capacity.of('gradwatch_train_memory_allocated_bytes', 'r', 3, 5)).toEqual({ bytes: 80, pool: null });
    expect(capacity.of('gradwatch_train_memory_allocated_bytes', 'r', 4, 5)).toBeNull();
    expect(capacity.of('gradwatch_train_loss', 'r', 3, 5)).toBeNull();
  });
});
