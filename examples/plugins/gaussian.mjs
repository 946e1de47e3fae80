/**
 * A method from outside: a Gaussian for each place of the image and each class, as PaDiM (Defard et al., ICPR 2021), with the variances alone in the
 * place of the whole covariance. Patch by patch, the score is the distance to the mean in units of the deviation.
 *
 *   clad train photos/ --out runs/gaussian --method examples/plugins/gaussian.mjs
 *
 * @type {import('clad').MethodFile} The types are for editors and `tsc`; nothing is imported.
 */
export default ({ z, options, onPatches, imageFeatures, graph: g, oneHot, Random }) =>
  onPatches({
    name: 'gaussian',
    summary: 'a Gaussian for each place of the image',

    // Its own option, beside those of every method on patch features.
    options: z.strictObject({
      ...options.patchShape,
      dimensions: options.count.describe('Dimensions of the features that are used, drawn at random.'),
    }),
    presets: { fast: { ...base(options.asCompared), dimensions: 100 } },
    ablation: {
      parts: [],
      sweeps: { dimensions: () => [25, 50, 100].map((count) => `dimensions=${count}`) },
    },

    async fit({ options: { seed, dimensions }, extracted, split, dataset }) {
      const { width, grid } = extracted.index;
      const patches = grid.rows * grid.columns;
      const classes = dataset.classes.length;
      const used = new Random(seed, 'dimensions').permutation(width).slice(0, dimensions);
      const size = patches * used.length;

      // Sums and squares of each place, by class. Held-out images are left for the thresholds.
      const sums = Array.from({ length: classes }, () => new Float64Array(size));
      const squares = Array.from({ length: classes }, () => new Float64Array(size));
      const counts = new Array(classes).fill(0);
      for await (const { classIndex, features } of imageFeatures({ ...extracted, images: split.fit })) {
        counts[classIndex]++;
        for (let patch = 0; patch < patches; patch++)
          used.forEach((dimension, at) => {
            const value = features[patch * width + dimension];
            sums[classIndex][patch * used.length + at] += value;
            squares[classIndex][patch * used.length + at] += value * value;
          });
      }
      const means = new Float32Array(classes * size);
      const scales = new Float32Array(classes * size);
      for (let of = 0; of < classes; of++)
        for (let at = 0; at < size; at++) {
          const mean = sums[of][at] / counts[of];
          const variance = Math.max(0, squares[of][at] / counts[of] - mean * mean);
          means[of * size + at] = mean;
          // PaDiM adds 0.01 to the covariance's diagonal.
          scales[of * size + at] = 1 / Math.sqrt(variance + 0.01);
        }

      /**
       * The same as values of the detector's graph: rows is [N * patches, width].
       * @type {import('clad').PatchModel}
       */
      const model = (graph, rows) => {
        const shape = [1, classes, patches, used.length];
        const mean = graph.constant('means', means, shape);
        const scale = graph.constant('scales', scales, shape);
        const picked = g.transpose(
          g.gather(g.transpose(rows, [1, 0]), graph.constant('used', [...used], [used.length], 'int64')),
          [1, 0],
        );
        const images = g.reshape(picked, [-1, 1, patches, used.length], 'N');
        // [N, classes, patches]
        const distances = g.sqrt(g.sum(g.square(g.mul(g.sub(images, mean), scale)), { axes: [3] }));
        const shares = g.softmax(g.neg(g.mean(distances, { axes: [2] })));
        const product = g.reshape(oneHot(g.argMax(shares, 1), classes), [-1, classes, 1], 'N');
        const score = g.sum(g.mul(distances, product), { axes: [1] });
        return { score: g.reshape(score, [-1], String(rows.shape[0])), shares };
      };
      return { model, steps: {} };
    },
  });

/**
 * What a method without networks has of the usual values.
 * @param {import('clad').PatchOptions} usual
 */
function base({ seed, features, heldOut, synthesis, score, falseAlarmRate }) {
  return { seed, features, heldOut, synthesis, score, falseAlarmRate };
}
