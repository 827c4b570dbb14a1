import { expect, test } from 'vitest';
import { FailureLog } from './failure-log.ts';

test('tells of a failure again when its words change, and not when only their figures do', () => {
  const said: string[] = [];
  const say = (_: object, message: string): void => {
    said.push(message);
  };
  const log = new FailureLog('gpu', { debug: say, info: say, warn: say, error: say });
  log.failed('failed', 'it ended: 3, 96 %, 55.2 %');
  log.failed('failed', 'it ended: 3, 94 %, 7 %');
  log.failed('hung', 'it ended: 3, 94 %, 7 %');
  log.failed('failed', 'it is gone');
  expect(said).toEqual([
    'collector gpu failed: it ended: 3, 96 %, 55.2 %',
    'collector gpu failed: it ended: 3, 94 %, 7 %',
    'collector gpu failed: it is gone',
  ]);
});
