/**
 * A backbone from outside: edges in two directions at two scales, from formulas alone. It learns nothing, and shows what a backbone has to give.
 *
 *   clad train photos/ --out runs/edges --backbone examples/plugins/edges.mjs
 *
 * @type {import('clad').BackboneFile} The types are for editors and `tsc`; nothing is imported.
 */
export default ({ graph: g }) => ({
  name: 'edges',
  inputSize: 256,
  sizeMultiple: 16,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  licence: 'Apache-2.0',
  source: 'formulas',

  // float32 [N, 3, H, W] in, the layers from shallow to deep out.
  build(image) {
    const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
    const across = [-1, -2, -1, 0, 0, 0, 1, 2, 1];
    // Each channel of the image by itself: [6, 1, 3, 3] in three groups.
    const weights = [0, 1, 2].flatMap(() => [...sobel, ...across]);
    const kernel = image.graph.constant('edges', weights, [6, 1, 3, 3]);
    const edges = g.square(g.conv(image, kernel, undefined, { padding: 1, groups: 3 }));
    /** @type {(value: import('clad').Tensor, side: number) => import('clad').Tensor} */
    const pooled = (value, side) => g.averagePool(value, { kernel: side, stride: side });
    const fine = g.log(g.add(pooled(edges, 8), 1e-3));
    return [
      { name: 'layer2', value: fine, stride: 8 },
      { name: 'layer3', value: pooled(fine, 2), stride: 16 },
    ];
  },
});
