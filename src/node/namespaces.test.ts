import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { inMountsOfNode, inNetworkOfNode, showsFirstProcess } from './namespaces.ts';

let machine: FakeMachine;
let proc: string;

beforeEach(() => {
  machine = fakeMachine();
  proc = machine.context.procRoot;
});
afterEach(() => {
  machine.remove();
});

function startIn(pidNamespace: string): void {
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  symlinkSync(`pid:[${pidNamespace}]`, join(proc, 'self/ns/pid'));
}

describe('inNetworkOfNode', () => {
  it('knows the first network namespace by a setting of the whole machine', () => {
    machine.put('proc/sys/net/core/somaxconn', '4096\n');
    expect(inNetworkOfNode(proc)).toBe(false);
    machine.put('proc/sys/net/core/netdev_max_backlog', '1000\n');
    expect(inNetworkOfNode(proc)).toBe(true);
  });
});

describe('showsFirstProcess', () => {
  it.each([
    ['4026531836', true],
    ['4026532201', false],
  ])('of process namespace %s is %s', (namespace, is) => {
    expect(showsFirstProcess(proc)).toBe(false);
    startIn(namespace);
    expect(showsFirstProcess(proc)).toBe(is);
  });
});

describe('inMountsOfNode', () => {
  const mounts = (root: number) =>
    `22 ${root} 0:21 / /proc rw - proc proc rw\n${root} 1 8:1 / / rw - ext4 /dev/sda1 rw\n`;

  it('compares the root with that of the first process', () => {
    startIn('4026531836');
    expect(inMountsOfNode(proc)).toBe(false);
    machine.put('proc/1/mountinfo', mounts(27));
    machine.put('proc/self/mountinfo', mounts(931));
    expect(inMountsOfNode(proc)).toBe(false);
    machine.put('proc/self/mountinfo', mounts(27));
    expect(inMountsOfNode(proc)).toBe(true);
  });

  it('does not take the first process of a container for that of the node', () => {
    startIn('4026532201');
    machine.put('proc/1/mountinfo', mounts(27));
    machine.put('proc/self/mountinfo', mounts(27));
    expect(inMountsOfNode(proc)).toBe(false);
  });
});
