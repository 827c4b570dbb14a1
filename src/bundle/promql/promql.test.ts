import { describe, expect, it } from 'vitest';
import { recorded, recording } from '../recording.ts';
import * as q from './index.ts';

describe('selectors', () => {
  it('writes name and matchers', () => {
    expect(q.series('gradwatch_train_loss').text).toBe('gradwatch_train_loss');
    expect(q.series('gradwatch_train_loss', { run: 'a "b"', rank: q.matching('1|2'), cluster: q.not('') }).text).toBe(
      'gradwatch_train_loss{run="a \\"b\\"", rank=~"1|2", cluster!=""}',
    );
  });

  it('knows the labels of the metric and those of the scrape', () => {
    expect(q.series('gradwatch_train_loss').labels).toEqual(['cluster', 'node', 'instance', 'job', 'run', 'rank']);
    expect(q.series('gradwatch_gpu_state').labels).toContain('state');
  });

  it('does not compile with a name or a label that is not in the catalogue', () => {
    // @ts-expect-error there is no such metric
    expect(() => q.series('gradwatch_train_lossy')).toThrow('gradwatch_train_lossy is not in the catalogue');
    // @ts-expect-error the loss has no label uuid
    q.series('gradwatch_train_loss', { uuid: 'GPU-a' });
    // @ts-expect-error a misspelt label
    q.series('gradwatch_finding_severity', { kindd: 'gradient_explosion' });
    // @ts-expect-error a label that only another metric of the union has
    q.series('gradwatch_node_cpus', { mode: 'idle' });
  });
});

describe('operators', () => {
  const loss = q.series('gradwatch_train_loss');
  const info = q.series('gradwatch_rank_info');

  it('keeps the cluster in every aggregation and every join, once', () => {
    expect(q.aggregate('max', ['run'], loss).text).toBe('max by (cluster, run) (gradwatch_train_loss)');
    expect(q.median(['run'], loss).text).toBe('quantile by (cluster, run) (0.5, gradwatch_train_loss)');
    expect(q.filter(loss, 'and', ['run'], info).text).toBe(
      'gradwatch_train_loss and on (cluster, run) gradwatch_rank_info',
    );
    expect(q.joined(loss, ['rank'], ['host'], info).text).toBe(
      'gradwatch_train_loss * on (cluster, rank) group_left (host) gradwatch_rank_info',
    );
    expect(q.compared(loss, '==', ['rank'], info).text).toContain('== on (cluster, rank) group_left ()');
    expect(q.or(loss, info, ['run']).text).toBe('gradwatch_train_loss or on (cluster, run) gradwatch_rank_info');
  });

  it('carries the labels that remain', () => {
    expect(q.aggregate('max', ['run'], loss).labels).toEqual(['cluster', 'run']);
    expect(q.joined(q.aggregate('max', ['rank'], loss), ['rank'], ['host'], info).labels).toEqual([
      'cluster',
      'rank',
      'host',
    ]);
    expect(q.filter(q.aggregate('max', ['run'], loss), 'and', ['run'], info).labels).toEqual(['cluster', 'run']);
  });

  it('does not compile over labels that are not there', () => {
    const byRun = q.aggregate('max', ['run'], loss);
    // @ts-expect-error the loss has no uuid
    q.aggregate('max', ['uuid'], loss);
    // @ts-expect-error the rank is aggregated away
    q.aggregate('max', ['rank'], byRun);
    // @ts-expect-error only one side has the rank
    q.filter(byRun, 'and', ['rank'], info);
    // @ts-expect-error the partner has no label cause
    q.joined(byRun, ['run'], ['cause'], info);
  });

  it('takes the rate of counters alone', () => {
    expect(q.rate(q.series('gradwatch_train_steps_total'), '1m').text).toBe('rate(gradwatch_train_steps_total[1m])');
    // @ts-expect-error a gauge has no rate
    q.rate(loss, '1m');
  });

  it('puts binary operations in parentheses where they are operands', () => {
    const positive = q.scalar(loss, '>', 0);
    expect(q.scalar(positive, '*', Infinity).text).toBe('(gradwatch_train_loss > 0) * Inf');
    expect(q.complement(q.arithmetic(loss, '/', loss)).text).toBe('1 - (gradwatch_train_loss / gradwatch_train_loss)');
    expect(q.age(q.aggregate('max', ['run'], loss)).text).toBe('time() - max by (cluster, run) (gradwatch_train_loss)');
  });

  it('breaks what is long into lines, and joins them again', () => {
    const surrogate = q.series('gradwatch_train_gradient_change_ratio', { method: 'surrogate' });
    const whole = q.aggregate('max', ['run', 'rank'], q.filter(surrogate, 'unless', ['instance', 'run', 'rank'], info));
    expect(whole.text).toBe(
      [
        'max by (cluster, run, rank) (',
        '    gradwatch_train_gradient_change_ratio{method="surrogate"}',
        '  unless on (cluster, instance, run, rank)',
        '    gradwatch_rank_info',
        ')',
      ].join('\n'),
    );
    expect(q.oneLine(whole)).toBe(
      'max by (cluster, run, rank) (gradwatch_train_gradient_change_ratio{method="surrogate"} ' +
        'unless on (cluster, instance, run, rank) gradwatch_rank_info)',
    );
  });
});

describe('recorded series', () => {
  const rule = recording('run:gradwatch_train_loss:max', q.aggregate('max', ['run'], q.series('gradwatch_train_loss')));

  it('have the labels that the rule leaves', () => {
    expect(recorded(rule, { run: 'a' }).text).toBe('run:gradwatch_train_loss:max{run="a"}');
    // @ts-expect-error the rule aggregates the rank away
    recorded(rule, { rank: '0' });
  });
});
