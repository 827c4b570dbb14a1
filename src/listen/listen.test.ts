import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort, Program } from '../../test/support/program.ts';
import {
  carriesToken,
  ListenError,
  localAddress,
  parseAddress,
  readToken,
  tryAddress,
  tryAddressBeside,
  tryBeside,
  trySocket,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-listen-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('parseAddress', () => {
  it.each([
    [':10420', { port: 10420 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['node-7.example:9', { host: 'node-7.example', port: 9 }],
  ])('reads %s', (text, address) => {
    expect(parseAddress('http.address', text)).toEqual(address);
  });

  it.each(['', '10420', '::1:80', 'host:', 'host:65536', 'host:-1', 'a b:1', 'http://host:1'])('refuses %j', (text) => {
    expect(() => parseAddress('http.address', text)).toThrow(
      `http.address ${text}: expected :port, host:port or [address]:port`,
    );
  });
});

describe('tryAddress', () => {
  it('leaves the port free, whoever comes in meanwhile', async () => {
    const port = await freePort();
    // Holds what it gets. In a process of its own: in this one the port is never open while others have a turn.
    const script = `setInterval(() => require('node:net').connect(${port}, '127.0.0.1')
      .on('error', () => undefined), 1)`;
    const caller = new Program('caller', process.execPath, ['-e', script]);
    try {
      // Whether the caller comes in is left to chance; where it does, and stays, the next try finds the port taken.
      for (let tries = 0; tries < 300; tries += 1) {
        await expect(tryAddress('http.address', `127.0.0.1:${port}`)).resolves.toBeUndefined();
      }
    } finally {
      await caller.stop();
    }
  });

  it('tells who has the port, and a port that two servers would have', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    await expect(tryAddress('http.address', address)).rejects.toThrow(
      `http.address ${address}: another process listens`,
    );
    taken.close();
    const beside = (one: string, other: string) => () => {
      tryBeside('grpc.address', one, 'http.address', other);
    };
    for (const other of [':1', '0.0.0.0:1', '[::]:1', '127.0.0.1:1'])
      expect(beside('127.0.0.1:1', other)).toThrow('grpc.address 127.0.0.1:1: http.address has that port');
    for (const other of [':2', '127.0.0.2:1']) expect(beside('127.0.0.1:1', other)).not.toThrow();
    expect(beside('127.0.0.1:0', ':0')).not.toThrow();
  });
});

describe('tryAddressBeside', () => {
  const beside = (one: string, other: string) => tryAddressBeside('grpc.address', one, 'http.address', other);

  it('tells names that stand for one address', async () => {
    const port = await freePort();
    const { address } = await lookup('localhost');
    const host = address.includes(':') ? `[${address}]` : address;
    await expect(beside(`${host}:${port}`, `localhost:${port}`)).rejects.toThrow('http.address has that port');
    await expect(tryAddress('http.address', `127.0.0.1:${port}`)).resolves.toBeUndefined();
  });

  it('leaves what is wrong with the other address, and what the texts tell, to others, and other ports alone', async () => {
    const [port, other] = [await freePort(), await freePort()];
    await expect(beside(`127.0.0.1:${port}`, `192.0.2.1:${port}`)).resolves.toBeUndefined();
    await expect(beside(`127.0.0.1:${port}`, `127.0.0.1:${port}`)).resolves.toBeUndefined();
    await expect(beside(`127.0.0.1:${port}`, `127.0.0.1:${other}`)).resolves.toBeUndefined();
    await expect(beside('127.0.0.1:0', 'localhost:0')).resolves.toBeUndefined();
  });
});

describe('trySocket', () => {
  it('tells a path that is too long, or whose folder is not there', async () => {
    const long = `/tmp/${'d'.repeat(103)}`;
    await expect(trySocket('grpc.socket', long)).rejects.toThrow(`${long}: is longer than 107 bytes`);
    expect(await trySocket('grpc.socket', long.slice(0, -1))).toBe(false);
    await expect(trySocket('grpc.socket', '/nowhere/s')).rejects.toThrow('/nowhere cannot be written to (ENOENT)');
  });
});

describe('readToken', () => {
  it('takes the token without the line end', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'secret\n');
    expect(readToken('grpc.token_file', file)).toBe('secret');
  });

  it('refuses a file that is empty or not there', () => {
    const file = join(folder, 'empty');
    writeFileSync(file, ' \n');
    expect(() => readToken('grpc.token_file', file)).toThrow(`grpc.token_file ${file}: is empty`);
    expect(() => readToken('grpc.token_file', join(folder, 'none'))).toThrow('cannot be read (ENOENT)');
  });
});

describe('carriesToken', () => {
  it.each([
    ['Bearer secret', true],
    ['bearer   secret', true],
    ['Bearer secret2', false],
    ['Bearer secre', false],
    ['Bearer', false],
    ['Basic secret', false],
    ['secret', false],
    [undefined, false],
  ])('%s: %s', (header, carried) => {
    expect(carriesToken(header, 'secret')).toBe(carried);
  });
});

describe('ListenError', () => {
  it('says what to do about what Node reports', () => {
    const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    expect(ListenError.from('grpc.address', ':10421', error)).toMatchObject({
      option: 'grpc.address',
      value: ':10421',
      message: 'grpc.address :10421: another process listens there; stop it or choose another',
      cause: error,
    });
    expect(ListenError.from('grpc.address', ':1', new Error('odd')).message).toBe('grpc.address :1: odd');
  });
});

describe('localAddress', () => {
  it.each([
    ['::', 'localhost:1'],
    ['0.0.0.0', 'localhost:1'],
    ['127.0.0.1', '127.0.0.1:1'],
    ['::1', '[::1]:1'],
  ])('%s is reached at %s', (address, reached) => {
    expect(localAddress({ address, port: 1 })).toBe(reached);
  });
});
