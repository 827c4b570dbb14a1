/** What can be wrong with a card that answers and computes all the same. `gpu` is the index. */
export type Trouble =
  /** The link has fewer lanes, or a lower generation, than it could have. */
  | { readonly kind: 'pcie_link'; readonly gpu: number; readonly lanes?: number; readonly generation?: number }
  /** Packets were sent again, `per_minute` more ever since the control file was written. */
  | { readonly kind: 'pcie_replays'; readonly gpu: number; readonly count: number; readonly per_minute?: number }
  | { readonly kind: 'nvlink_down'; readonly gpu: number; readonly link: number }
  /** A counter as `nvlink -e` writes it; it grows likewise. */
  | {
      readonly kind: 'nvlink_errors';
      readonly gpu: number;
      readonly link: number;
      readonly counter: string;
      readonly count: number;
      readonly per_minute?: number;
    }
  | { readonly kind: 'hot'; readonly gpu: number; readonly celsius: number }
  /** Somebody lowered the power limit of the card. */
  | { readonly kind: 'power_limit'; readonly gpu: number; readonly watts: number }
  /** Kernels that wait for another rank: fully busy at hardly more power than idle. */
  | { readonly kind: 'waiting'; readonly gpu: number }
  | { readonly kind: 'row_remap'; readonly gpu: number; readonly state: 'pending' | 'failure' }
  /** What the driver wants to be done, in its own words: `Reset`, `Reboot`, `Drain P2P`, `Drain and Reset`. */
  | { readonly kind: 'recovery_action'; readonly gpu: number; readonly action: string };
