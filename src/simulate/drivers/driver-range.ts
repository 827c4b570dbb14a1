/** A test of a driver version against ranges such as `535-`, `-579`, `580.173-589`, several with a comma between them. */
export function driverIn(ranges: string, driver: string): boolean {
  const version = comparable(driver);
  return ranges.split(',').some((range) => {
    const [from = '', to = ''] = range.split('-');
    // An end that names no minor number means the whole branch.
    const last = to === '' ? Infinity : to.includes('.') ? comparable(to) : comparable(`${to}.999`);
    return version >= (from === '' ? 0 : comparable(from)) && version <= last;
  });
}

/** Branch and minor number in one figure; what comes after them does not tell layouts apart. */
function comparable(version: string): number {
  const [branch = '0', minor = '0'] = version.split('.');
  return 1000 * Number(branch) + Number(minor);
}
