/** @file A Gaussian over places in a line, and what it meets beyond the line's ends. Pure. */

/** Weights that add up to one, from -radius to radius; truncated at 4 sigma. @param sigma - 0: one weight alone */
export function gaussian(sigma: number): number[] {
  const radius = Math.floor(4 * sigma + 0.5);
  if (radius === 0) return [1];
  const weights = Array.from({ length: 2 * radius + 1 }, (_, tap) =>
    Math.exp(-((tap - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** The place within a line of `size` that stands where `index` is, which may lie beyond: d c b a | a b c d | d c b a. */
export function mirroredPlace(index: number, size: number): number {
  const period = 2 * size;
  const within = ((index % period) + period) % period;
  return within < size ? within : period - 1 - within;
}
