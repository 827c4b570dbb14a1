import { describe, expect, it } from 'vitest';
import { gauge, info, SeriesTable } from '../series/index.ts';
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

  it('is the memory of its MIG instance for a rank in one, not that of the card', () => {
    const table = new SeriesTable();
    const labels = ['uuid', 'gpu_instance'] as const;
    const name = 'gradwatch_gpu_mig_memory_total_bytes';
    const memory = table.group(labels, { total: gauge(name, { help: 'h', labels }) });
    const infoLabels = [...labels, 'mig_uuid'] as const;
    const infos = table.group(infoLabels, { info: info('gradwatch_gpu_mig_info', { help: 'h', labels: infoLabels }) });
    const card = table.group(['uuid'], {
      total: gauge('gradwatch_gpu_memory_total_bytes', { help: 'h', labels: ['uuid'] }),
    });
    card.row({ uuid: 'GPU-a' }).set('total', 80);
    for (const [at, bytes] of [10, 40].entries()) {
      memory.row({ uuid: 'GPU-a', gpu_instance: String(at) }).set('total', bytes);
      infos.row({ uuid: 'GPU-a', gpu_instance: String(at), mig_uuid: `MIG-${at}` }).set('info', 1);
    }
    const capacity = new RankCapacity();
    const ranks = [1, 2].map((at) => ({ rank: at, uuid: 'GPU-a', instance: `MIG-${at}`, ...progress }));
    capacity.read(table, [{ run: 'r', ranks }]);
    expect(capacity.of('gradwatch_train_memory_allocated_bytes', 'r', 1, 5)).toEqual({ bytes: 40, pool: null });
    expect(capacity.of('gradwatch_train_memory_allocated_bytes', 'r', 2, 5)).toBeNull();
  });
});
