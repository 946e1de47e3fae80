/**
 * @file What a product's misses would be with fewer or more good images, from the same scores with smaller memories: a defect's margin is how far its score lies above the
 * threshold, and both move with the memory. Margins gain about the same with each doubling of the images, so the curve is a shift of all margins along the logarithm of their number.
 *
 * Beyond the images there are it is an extrapolation. Entries of a smaller memory were chosen beside those of the images that are left out, so it is coarser than one that was
 * trained with so few, and the gain rather too large (docs/decisions/0052-weak-products.md has how much).
 */

/** Scores with a smaller memory against those with the whole one, of the same defects and the same good images. */
export interface SmallerMemory {
  /** How many images it is of. */
  readonly images: number;
  readonly defects: readonly ScorePair[];
  readonly good: readonly ScorePair[];
}

export interface ScorePair {
  readonly smaller: number;
  readonly whole: number;
}

/** How margins move, in units of the score. */
export interface LearningCurve {
  /** Of the whole memory. */
  readonly images: number;
  /** What each smaller memory takes from the margins; negative where it makes defects stand out less. */
  readonly points: readonly { readonly images: number; readonly shift: number }[];
  /** What a doubling of the images adds. */
  readonly perDoubling: number;
}

/**
 * The curve of one product.
 * @param images - of the whole memory
 * @param memories - at least one, of fewer images, each with defects and good images
 */
export function learningCurve(images: number, memories: readonly SmallerMemory[]): LearningCurve {
  const points = memories.map(({ images: count, defects, good }) => ({
    images: count,
    shift: meanOf(defects.map(({ smaller, whole }) => smaller - whole)) - thresholdShift(good),
  }));
  // Least squares through the whole memory, where the shift is 0.
  let [products, squares] = [0, 0];
  for (const { images: count, shift } of points) {
    const doublings = Math.log2(count / images);
    products += doublings * shift;
    squares += doublings ** 2;
  }
  return { images, points, perDoubling: squares === 0 ? 0 : products / squares };
}

/** How the threshold moves: as the mean of the upper half of good scores, since a quantile of few would be chance. */
function thresholdShift(good: readonly ScorePair[]): number {
  const upper = (scores: readonly number[]) =>
    meanOf(scores.toSorted((a, b) => b - a).slice(0, Math.ceil(scores.length / 2)));
  return upper(good.map(({ smaller }) => smaller)) - upper(good.map(({ whole }) => whole));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Share of defects that would be missed with so many images.
 * @param margins - of defects with the whole memory, at least one: score less threshold
 */
export function missesWith(curve: LearningCurve, images: number, margins: readonly number[]): number {
  const shift = curve.perDoubling * Math.log2(images / curve.images);
  return missedShare(margins, shift);
}

/** Share of margins that are not above 0 once they are moved. */
export function missedShare(margins: readonly number[], shift = 0): number {
  return margins.filter((margin) => !(margin + shift > 0)).length / margins.length;
}
