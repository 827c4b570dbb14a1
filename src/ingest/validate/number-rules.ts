/** What a number may be. NaN and infinities are data where a training can produce them. */
export type Rule = 'any' | 'notNegative' | 'fraction' | 'amount' | 'count';

export const expected: Readonly<Record<Rule, string>> = {
  any: 'a number',
  notNegative: 'NaN, or a number not below 0',
  fraction: 'NaN, or a number from 0 to 1',
  amount: 'a finite number not below 0',
  count: 'a whole number up to 2^53 - 1',
};

export function keeps(rule: Rule, value: number): boolean {
  switch (rule) {
    case 'any':
      return true;
    case 'notNegative':
      return !(value < 0);
    case 'fraction':
      return !(value < 0 || value > 1);
    case 'amount':
      return value >= 0 && value < Infinity;
    case 'count':
      return Number.isSafeInteger(value) && value >= 0;
  }
}
