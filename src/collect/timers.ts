/** Time as the runner needs it. A test passes one that it moves by hand. */
export interface Timers {
  /** Seconds on a clock that never steps back; only differences mean something. */
  readonly monotonic: () => number;
  /** Calls once after so many seconds. @returns what cancels the call. */
  readonly after: (seconds: number, call: () => void) => () => void;
}

/** The process' own clock. Its timers keep the process alive until they are cancelled. */
export const systemTimers: Timers = {
  monotonic: () => performance.now() / 1000,
  after: (seconds, call) => {
    const timer = setTimeout(call, seconds * 1000);
    return () => {
      clearTimeout(timer);
    };
  },
};
