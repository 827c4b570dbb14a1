import { mostGpus } from '../gpu-count.ts';

/** Processes of one GPU that are handed over; there are a few hundred where many share a card. Those beyond are counted. */
export const mostProcesses = 1024;
/**
 * More than any GPU has to say once the lists of supported clocks are cut out (12 kB on a B200), and that many processes with the longest
 * names, each character of which may be escaped by four.
 */
const longestElement = 2 * 2 ** 20;
/** What stands before the first GPU: versions and the number of GPUs. */
const longestPreamble = 4096;
/** What is printed in place of a GPU that cannot be asked. */
const longestTrailer = 512;

/** Parts of a GPU that are long and never read: up to three quarters of the document. */
const unread = ['supported_clocks', 'accounted_processes', 'retired_pagelist'];
const marks = new RegExp(`</gpu>|<gpu\\s|</?process_info>|<process_name>|<(${unread.join('|')})>`, 'g');
/** A mark may be cut in two by the end of a chunk. */
const longestMark = 32;
const gpuBegin = '<gpu';
const processBegin = '<process_info>';
const processEnd = '</process_info>';
const nameBegin = '<process_name>';
const nameEnd = '</process_name>';
/** The line in which a name ends is not longer. */
const longestLine = 256 * 1024;
/** More of the name of a process is not kept. */
const longestName = 256;

/** One GPU, as it was cut out. */
export interface GpuText {
  /** `<gpu>…</gpu>` */
  readonly text: string;
  /** Processes that are not in the text, for there are more than {@link mostProcesses}. */
  readonly surplus: number;
}

/**
 * Cuts `nvidia-smi -q -x`, as it is printed, into the elements of its GPUs, so that each is parsed alone: a document of eight GPUs is
 * 350 kB, and parsing it in one go holds up the event loop. What is never read is dropped on the way; memory is bounded whatever comes.
 * Names of processes are printed as their owners chose them, with no character escaped: marks in them do not count, and they are handed
 * over escaped.
 */
export class GpuElements {
  readonly #elements: GpuText[] = [];
  #preamble = '';
  #trailer = '';
  #began = false;
  #closed = false;
  #dropped = 0;
  /** What came and is not cut yet. */
  #rest = '';
  /** The GPU that is being read, without what was dropped; null between GPUs. */
  #element: string | null = null;
  /** Processes of that GPU so far. */
  #processes = 0;
  /** What is read belongs to a process beyond those that are handed over. */
  #inSurplus = false;
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

  /** In the order of the document. */
  get elements(): readonly GpuText[] {
    return this.#elements;
  }

  /** What stands before the first GPU; all that was printed when there is none, as far as it is kept. */
  get preamble(): string {
    return this.#began ? this.#preamble : (this.#preamble + this.#rest).slice(0, longestPreamble);
  }

  /** What stands after the last GPU, as far as it is kept. */
  get trailer(): string {
    return this.#element === null ? (this.#trailer + this.#rest).slice(-longestTrailer) : '';
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
    return this.#inName ? this.#takeName() : this.#seekMark();
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
  #takeName(): boolean {
    const first = this.#rest.indexOf(nameEnd);
    const line = first < 0 ? -1 : this.#rest.indexOf('\n', first);
    if ((line < 0 ? this.#rest.length : line) > longestLine) return this.#giveUp();
    if (line < 0) return false;
    const end = this.#rest.lastIndexOf(nameEnd, line);
    const name = this.#rest.slice(0, Math.min(end, longestName));
    this.#append(`${nameBegin}${name.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}${nameEnd}`);
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
    this.#trailer = at < 0 ? (this.#trailer + before).slice(-longestTrailer) : '';
    if (at < 0) {
      this.#rest = this.#rest.slice(-longestMark);
      return false;
    }
    this.#began = true;
    this.#element = gpuBegin;
    this.#rest = this.#rest.slice(at + gpuBegin.length);
    return true;
  }

  #seekMark(): boolean {
    marks.lastIndex = 0;
    const mark = marks.exec(this.#rest);
    if (mark === null) {
      const kept = this.#rest.length - longestMark;
      if (kept > 0) {
        this.#append(this.#rest.slice(0, kept));
        this.#rest = this.#rest.slice(kept);
      }
      return false;
    }
    const [text, skipped] = mark;
    if (text.startsWith(gpuBegin)) return this.#giveUp();
    this.#append(this.#rest.slice(0, mark.index));
    this.#rest = this.#rest.slice(mark.index + text.length);
    if (text === '</gpu>') this.#finish();
    else if (text === nameBegin) this.#inName = true;
    else if (text === processBegin) this.#beginProcess();
    else if (text === processEnd) this.#endProcess();
    else this.#until = `</${skipped ?? ''}>`;
    return true;
  }

  #beginProcess(): void {
    this.#processes += 1;
    this.#inSurplus = this.#processes > mostProcesses;
    this.#append(processBegin);
  }

  #endProcess(): void {
    this.#append(processEnd);
    this.#inSurplus = false;
  }

  /** Appends no more to what is longer than allowed, by which {@link #finish} knows. */
  #append(text: string): void {
    if (this.#element === null || this.#inSurplus || this.#element.length > longestElement) return;
    this.#element += text;
  }

  #finish(): void {
    const element = this.#element ?? '';
    if (element.length > longestElement || this.#elements.length >= mostGpus) this.#dropped += 1;
    else this.#elements.push({ text: `${element}</gpu>`, surplus: Math.max(0, this.#processes - mostProcesses) });
    this.#element = null;
    this.#processes = 0;
    this.#inSurplus = false;
  }
}
