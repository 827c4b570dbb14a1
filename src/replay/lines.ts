import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** Bytes of the longest line; a row with a histogram of each layer of a network takes a hundredth. */
const longest = 16 * 2 ** 20;
const lineFeed = 0x0a;

/** The lines of a text, as they come. One that is too long to be a row ends them with an Error, before it takes much memory. */
export function linesOf(text: AsyncIterable<Buffer>): AsyncIterable<string> {
  return createInterface({ input: Readable.from(bounded(text)), crlfDelay: Infinity });
}

async function* bounded(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let number = 1;
  /** Bytes of the line that is not over. */
  let begun = 0;
  for await (const chunk of text) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      number += 1;
      start = end + 1;
      begun = 0;
    }
    begun += chunk.length - start;
    if (begun > longest)
      throw new Error(
        `line ${number} is longer than ${longest / 2 ** 20} MiB and left out with all that follow, expected one row a line; ` +
          "jq -c '.[]' makes lines of a JSON list",
      );
    yield chunk;
  }
}
