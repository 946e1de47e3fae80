/** (g) Image and pixel AUROC, average precisions and AUPRO of 500 maps of 256 x 256, beside sorting as many numbers, which no ranking can do without. */
import { Evaluator } from '../../dist/evaluation/evaluator.js';
import { inTurns, line } from '../measure.mjs';

export const letter = 'g';
export const about = 'metrics of 500 maps';
export const seconds = 60;

const [count, side] = [500, 256];

export async function measure(context) {
  const { random } = context;
  const maps = Array.from({ length: count }, () => random.fillNormal(new Float32Array(side * side)));
  // A third has a defect, a rectangle that scores higher.
  const masks = maps.map((map, image) => {
    if (image % 3 > 0) return null;
    const mask = new Uint8Array(side * side);
    const [top, left] = [random.integer(200), random.integer(200)];
    for (let row = top; row < top + 40; row++) {
      mask.fill(1, row * side + left, row * side + left + 40);
      for (let at = row * side + left; at < row * side + left + 40; at++) map[at] += 1.5;
    }
    return { width: side, height: side, data: mask };
  });
  const evaluate = () => {
    const evaluator = new Evaluator();
    for (const [image, map] of maps.entries()) {
      const mask = masks[image];
      const prediction = { score: mask ? 1 + image : image, map };
      evaluator.add({ className: 'made', anomalous: mask !== null, mask, prediction });
    }
    evaluator.finish('made');
    return evaluator.result();
  };
  const sort = () => {
    const all = new Float32Array(count * side * side);
    for (const [image, map] of maps.entries()) all.set(map, image * side * side);
    all.sort();
  };
  const times = await inTurns(
    { ours: async () => void evaluate(), sort },
    { ...context.limits(40), least: 2 },
  );
  return [
    line('all metrics of 500 maps of 256 x 256', times.ours, {
      beside: 'sorting their values',
      besideTimes: times.sort,
      kind: 'times',
    }),
  ];
}
