import { mostGpus } from '../gpu-count.ts';

/** More than any GPU has to say once the lists of supported clocks are cut out (12 kB on a B200), processes included. */
const longestElement = 256 * 1024;
/** What stands before the first GPU: versions and the number of GPUs. */
const longestPreamble = 4096;

/** Parts of a GPU that are long and never read: up to three quarters of the document. */
const unread = ['supported_clocks', 'accounted_processes', 'retired_pagelist'];
const marks = new RegExp(`</gpu>|<(${unread.join('|')})>`, 'g');
/** A mark may be cut in two by the end of a chunk. */
const longestMark = 32;

/**
 * Cuts `nvidia-smi -q -x`, as it is printed, into the elements of its GPUs, so that each is parsed alone: a document of eight GPUs is
 * 350 kB, and parsing it in one go holds up the event loop. What is never read is dropped on the way; memory is bounded whatever comes.
 */
export class GpuElements {
  readonly #elements: string[] = [];
  #preamble = '';
  #began = false;
  #closed = false;
  #dropped = 0;
  /** What came and is not cut yet. */
  #rest = '';
  /** The GPU that is being read, without what was dropped; null between GPUs. */
  #element: string | null = null;
  /** The end of the part that is being dropped. */
  #until: string | null = null;

  push(chunk: string): void {
    this.#rest += chunk;
    while (this.#cut());
  }

  /** Elements `<gpu>…</gpu>` in the order of the document. */
  get elements(): readonly string[] {
    return this.#elements;
  }

  /** What stands before the first GPU; all that was printed when there is none, as far as it is kept. */
  get preamble(): string {
    return this.#began ? this.#preamble : (this.#preamble + this.#rest).slice(0, longestPreamble);
  }

  /** The document ended as it should. */
  get complete(): boolean {
    return this.#closed && this.#element === null;
  }

  /** GPUs that were too long, or too many. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes one step. @returns whether another may follow without more text */
  #cut(): boolean {
    if (this.#until !== null) return this.#skip(this.#until);
    return this.#element === null ? this.#seekGpu() : this.#seekMark(this.#element);
  }

  #skip(end: string): boolean {
    const at = this.#rest.indexOf(end);
    this.#rest = at < 0 ? this.#rest.slice(-longestMark) : this.#rest.slice(at + end.length);
    if (at >= 0) this.#until = null;
    return at >= 0;
  }

  #seekGpu(): boolean {
    const at = this.#rest.search(/<gpu[\s>]/);
    const before = at < 0 ? this.#rest.slice(0, -longestMark) : this.#rest.slice(0, at);
    if (!this.#began) this.#preamble = (this.#preamble + before).slice(0, longestPreamble);
    // An end that lies on the border of two chunks is still in what is kept.
    this.#closed ||= (at < 0 ? this.#rest : before).includes('</nvidia_smi_log>');
    if (at < 0) {
      this.#rest = this.#rest.slice(-longestMark);
      return false;
    }
    this.#began = true;
    this.#element = '';
    this.#rest = this.#rest.slice(at);
    return true;
  }

  #seekMark(element: string): boolean {
    marks.lastIndex = 0;
    const mark = marks.exec(this.#rest);
    if (mark === null) {
      const kept = this.#rest.length - longestMark;
      if (kept > 0) {
        this.#append(element, this.#rest.slice(0, kept));
        this.#rest = this.#rest.slice(kept);
      }
      return false;
    }
    const [text, skipped] = mark;
    this.#append(element, this.#rest.slice(0, mark.index));
    this.#rest = this.#rest.slice(mark.index + text.length);
    if (skipped === undefined) this.#finish();
    else this.#until = `</${skipped}>`;
    return true;
  }

  /** Keeps one character more than is allowed, by which {@link #finish} knows. */
  #append(element: string, text: string): void {
    this.#element = (element + text).slice(0, longestElement + 1);
  }

  #finish(): void {
    const element = this.#element ?? '';
    if (element.length > longestElement || this.#elements.length >= mostGpus) this.#dropped += 1;
    else this.#elements.push(`${element}</gpu>`);
    this.#element = null;
  }
}
