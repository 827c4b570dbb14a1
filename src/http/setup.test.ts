import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { carriesToken, readToken } from './bearer-token.ts';
import { escapeHtml, html } from './html.ts';
import { parseListenAddress } from './listen-address.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-http-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('parseListenAddress', () => {
  it.each([
    [':10420', { port: 10420 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['node-7.example:9', { host: 'node-7.example', port: 9 }],
  ])('reads %s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  it.each(['', '10420', '::1:80', 'host:', 'host:65536', 'host:-1', 'a b:1', 'http://host:1'])('refuses %j', (text) => {
    expect(() => parseListenAddress(text)).toThrow(`http.address ${text}: expected :port, host:port or [address]:port`);
  });
});

describe('readToken', () => {
  it('takes the token without the line end', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'secret\n');
    expect(readToken(file)).toBe('secret');
  });

  it('refuses a file that is empty or not there', () => {
    const file = join(folder, 'empty');
    writeFileSync(file, ' \n');
    expect(() => readToken(file)).toThrow('is empty');
    expect(() => readToken(join(folder, 'none'))).toThrow('cannot be read (ENOENT)');
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

describe('html', () => {
  it('escapes values and keeps pieces', () => {
    expect(escapeHtml(`<a href="x">'&'</a>`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;&#39;&#60;/a&#62;');
    expect(html`<p>${'<b>'}${html`<i>${1}</i>`}${null}${[html`a`, html`b`]}</p>`.text).toBe(
      '<p>&#60;b&#62;<i>1</i>a\nb</p>',
    );
  });
});
