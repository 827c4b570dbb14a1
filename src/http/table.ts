import { html, type Html } from './html.ts';

/** What a cell may hold; null is shown as a dash: absent is not zero. */
export type TableCell = string | number | null;

/** A table with a row of headings, or a sentence where it would have no rows. */
export function table(heads: readonly string[], rows: readonly (readonly TableCell[])[], none: string): Html {
  if (rows.length === 0) return html`<p>${none}</p>`;
  return html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell ?? '–'}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
