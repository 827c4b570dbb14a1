import { mostGpus } from '../gpu-count.ts';

/** More than any GPU has to say once the lists of supported clocks are cut out (12 kB on a B200), processes included. */
const longestElement = 256 * 1024;
/** What stands before the first GPU: versions and the number of GPUs. */
const longestPreamble = 4096;

/** Parts of a GPU that are long and never read: up to three quarters of the document. */
const unread = ['supported_clocks', 'accounted_processes', 'retired_pagelist'];
const marks = new RegExp(`</gpu>|<gpu\\s|<process_name>|<(${unread.join('|')})>`, 'g');
/** A mark may be cut in two by the end of a chunk. */
const longestMark = 32;
const gpuBegin = '<gpu';
const nameEnd = '</process_name>';
/** More of the name of a process is not kept. */
const longestName = 256;

/**
 * Cuts `nvidia-smi -q -x`, as it is printed, into the elements of its GPUs, so that each is parsed alone: a document of eight GPUs is
 * 350 kB, and parsing it in one go holds up the event loop. What is never read is dropped on the way; memory is bounded whatever comes.
 * Names of processes are printed as their owners chose them, with no character escaped: marks in them do not count, and they are handed
 * over escaped.
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
  /** What is left begins with the name of a process. */
  #inName = false;
  #garbled = false;

  push(chunk: string): void {
    if (this.#garbled) return;
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

  /** A GPU began inside a GPU, or the name of a process had no end, so that nothing can be said of what followed. */
  get garbled(): boolean {
    return this.#garbled;
  }

  /** GPUs that were too long, or too many. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes one step. @returns whether another may follow without more text */
  #cut(): boolean {
    if (this.#garbled) return false;
    if (this.#until !== null) return this.#skip(this.#until);
    if (this.#element === null) return this.#seekGpu();
    return this.#inName ? this.#takeName(this.#element) : this.#seekMark(this.#element);
  }

  #skip(end: string): boolean {
    const at = this.#rest.indexOf(end);
    const skipped = at < 0 ? this.#rest : this.#rest.slice(0, at);
    if (/<gpu\s/.test(skipped)) return this.#giveUp();
    this.#rest = at < 0 ? this.#rest.slice(-longestMark) : this.#rest.slice(at + end.length);
    if (at >= 0) this.#until = null;
    return at >= 0;
  }

  /**
   * nvidia-smi begins a line for each element, so that a name ends at the last end mark of the line in which the first one is: those
   * before it are part of the name. One in which an end mark is followed by a line break cannot be told from elements.
   */
  #takeName(element: string): boolean {
    const first = this.#rest.indexOf(nameEnd);
    const line = first < 0 ? -1 : this.#rest.indexOf('\n', first);
    if ((line < 0 ? this.#rest.length : line) > longestElement) return this.#giveUp();
    if (line < 0) return false;
    const end = this.#rest.lastIndexOf(nameEnd, line);
    const name = this.#rest.slice(0, Math.min(end, longestName));
    this.#append(element, `<process_name>${name.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}${nameEnd}`);
    this.#rest = this.#rest.slice(end + nameEnd.length);
    this.#inName = false;
    return true;
  }

  #giveUp(): false {
    this.#garbled = true;
    this.#rest = '';
    return false;
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
    this.#element = gpuBegin;
    this.#rest = this.#rest.slice(at + gpuBegin.length);
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
    if (text.startsWith(gpuBegin)) return this.#giveUp();
    this.#append(element, this.#rest.slice(0, mark.index));
    this.#rest = this.#rest.slice(mark.index + text.length);
    if (text === '</gpu>') this.#finish();
    else if (skipped === undefined) this.#inName = true;
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
