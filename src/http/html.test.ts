import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from './html.ts';

describe('html', () => {
  it('escapes values and keeps pieces', () => {
    expect(escapeHtml(`<a href="x">'&'</a>`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;&#39;&#60;/a&#62;');
    expect(html`<p>${'<b>'}${html`<i>${1}</i>`}${null}${[html`a`, html`b`]}</p>`.text).toBe(
      '<p>&#60;b&#62;<i>1</i>a\nb</p>',
    );
  });
});
