/** Longer lines are not from nvidia-smi as we call it. */
const longest = 64 * 1024;

/** Cuts chunks of text into lines. A line that is too long is dropped whole, so that memory stays bounded. */
export class LineCutter {
  #rest = '';
  #overlong = false;

  push(chunk: string): readonly string[] {
    const parts = (this.#rest + chunk).split('\n');
    this.#rest = parts.pop() ?? '';
    const lines: string[] = [];
    for (const part of parts) {
      if (!this.#overlong && part.length <= longest) lines.push(part.replace(/\r$/, ''));
      this.#overlong = false;
    }
    if (this.#rest.length > longest) {
      this.#rest = '';
      this.#overlong = true;
    }
    return lines;
  }

  /** The last line when it has no end. */
  flush(): readonly string[] {
    const rest = this.#overlong ? '' : this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}
