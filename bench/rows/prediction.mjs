/**
 * (e) A detector's prediction of decoded photographs, verdicts and regions included, beside the bare backbone on as many, with few classes and with many;
 * and beside PatchCore in PyTorch: ResNet-50 to its third stage and a search of 16 384 entries of 1792 values. The detectors are trained on
 * made-up images in a few steps: memory bank and networks have their full size, and what they take does not depend on what they have learnt.
 */
import { openDetector } from '../../dist/detector/open.js';
import { bareBackbone, inputSize } from '../made/backbone.mjs';
import { madeImage } from '../made/images.mjs';
import { atMost, inTurns, line } from '../measure.mjs';

export const letter = 'e';
export const about = 'predictions';
export const seconds = 200;

export async function measure(context) {
  const { engine, torch } = context;
  const bare = await bareBackbone(context);
  const lines = [];
  for (const classes of [4, 16]) {
    const detector = await openDetector(engine, await context.detector(classes));
    for (const batch of [1, 8, 32]) {
      const images = Array.from({ length: batch }, (_, number) =>
        madeImage(`class${String(number % classes).padStart(2, '0')}`, 1000 + number, inputSize),
      );
      const times = await inTurns(
        { ours: () => detector.predictAll(images), bare: () => bare.run(batch) },
        // Large batches are an average already.
        { ...context.limits(12), ...(batch > 8 && { least: 1 }) },
      );
      const what = batch === 1 ? 'one image' : `a batch of ${batch}`;
      lines.push(line(`${what}, ${classes} classes`, times.ours, atMost(1.3, 'bare backbone', times.bare)));
    }
    const isResnet = /resnet-?50/i.test(context.backbone);
    if (torch && classes === 4 && isResnet) {
      const options = { batch: 1, size: inputSize, entries: 16_384, neighbours: 3 };
      const theirs = await torch.make('patchcore', options);
      const images = [madeImage('class00', 1000, inputSize)];
      const times = await inTurns({ ours: () => detector.predictAll(images), theirs }, context.limits(15));
      lines.push(
        line(`one image, ${classes} classes`, times.ours, atMost(1, 'PatchCore in PyTorch', times.theirs)),
      );
      await torch.clear();
    }
    await detector.release();
  }
  await bare.release();
  return lines;
}
