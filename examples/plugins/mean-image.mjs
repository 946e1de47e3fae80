/**
 * A method from outside that has no patch features: how far an image is from the mean image of its class, pixel by pixel. It does well on nothing but
 * parts that lie still, and shows the whole contract of a method.
 *
 *   clad train photos/ --out runs/mean --method examples/plugins/mean-image.mjs
 *
 * @type {import('clad').MethodFile} The types are for editors and `tsc`; nothing is imported.
 */
export default ({ z, options, defineMethod, graph: g, oneHot, resizeToInput, sizeOf }) => {
  /**
   * An image of any size as float32 [N, height, width, 3], 0 to 1.
   * @param {import('clad').Tensor} image
   * @param {import('clad').Geometry} geometry
   */
  const input = (image, geometry) => g.div(resizeToInput(image, geometry), 255);

  return defineMethod({
    name: 'mean-image',
    summary: 'distance to the mean image of the class, pixel by pixel',
    options: z.strictObject({
      seed: options.seed,
      heldOut: options.heldOut,
      synthesis: options.synthesis,
      falseAlarmRate: options.falseAlarmRate,
      size: options.inputSize.describe('Pixels of the image that is compared, as `features.inputSize`.'),
    }),
    presets: {
      fast: {
        seed: 0,
        heldOut: options.asCompared.heldOut,
        synthesis: options.asCompared.synthesis,
        falseAlarmRate: 0.02,
        size: 64,
      },
    },

    // Each pixel is a patch of its own.
    view: async ({ size }) => {
      const { width, height } = sizeOf(size);
      return { geometry: { width, height }, grid: { rows: height, columns: width } };
    },

    async fit({ view: { geometry }, engine, training, split, dataset, images, bits, onProgress }) {
      const { width, height } = geometry;
      const reader = new g.Graph();
      reader.output('pixels', input(reader.input('image', 'uint8', [1, 'H', 'W', 3]), geometry));
      const session = await engine.load(reader.toBytes());
      const { classes } = dataset;
      const length = 3 * width * height;
      const means = new Float32Array(classes.length * length);
      const ids = [...split.fit];
      const counts = classes.map((name) => ids.filter((id) => training[id].className === name).length);
      for (const [done, id] of ids.entries()) {
        const { path, className } = training[id];
        const photograph = await images.decode(path, { bits });
        const shape = [1, photograph.height, photograph.width, 3];
        const { pixels } = await session.run({ image: { dtype: 'uint8', shape, data: photograph.data } });
        const of = classes.indexOf(className);
        pixels.data.forEach((value, at) => {
          means[of * length + at] += Number(value) / counts[of];
        });
        onProgress?.({ task: 'mean images', done: done + 1, total: ids.length, unit: 'images' });
      }
      await session.release();
      return {
        steps: {},
        reach: 1,
        graph(graph, image) {
          const shape = [1, classes.length, height, width, 3];
          const mean = graph.constant('means', means, shape);
          const images = g.reshape(input(image, geometry), [-1, 1, height, width, 3], 'N');
          // [N, classes, height, width]
          const maps = g.mean(g.square(g.sub(images, mean)), { axes: [4] });
          const shares = g.softmax(g.mul(g.mean(maps, { axes: [2, 3] }), -100));
          const product = g.reshape(
            oneHot(g.argMax(shares, 1), classes.length),
            [-1, classes.length, 1, 1],
            'N',
          );
          const map = g.sum(g.mul(maps, product), { axes: [1] });
          return {
            map,
            score: g.reduceMax(g.reshape(map, [-1, width * height], 'N'), { axes: [1] }),
            shares,
          };
        },
      };
    },
  });
};
