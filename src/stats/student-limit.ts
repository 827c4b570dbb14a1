/**
 * Square of what a variable of Student's distribution exceeds, to either side, as seldom as a normal one exceeds `sigmas` standard
 * deviations. It is the quantile of the ratio of one squared deviation to the mean of `freedom` others, F(1, freedom).
 * Wallace, "Bounds on Normal Approximations to Student's and the Chi-Square Distributions", Annals of Mathematical Statistics 30 (1959).
 */
export function squaredStudentLimit(sigmas: number, freedom: number): number {
  const scaled = (sigmas * (8 * freedom + 3)) / (8 * freedom + 1);
  return freedom * Math.expm1(scaled ** 2 / freedom);
}
