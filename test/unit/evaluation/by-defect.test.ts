/** @file Metrics by kind of defect: those of an evaluator that sees this kind alone, beside all good images. */
import { expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { DefectEvaluator } from '../../../src/evaluation/by-defect.ts';
import { Evaluator } from '../../../src/evaluation/evaluator.ts';
import { defectTable } from '../../../src/evaluation/table.ts';

const size = { width: 8, height: 8 };

function madeImages() {
  const random = new Random('defects');
  const image = (className: string, defect: string, score: number, withMask = true) => {
    const data = Uint8Array.from({ length: 64 }, () => Number(random.uniform() < 0.2));
    const map = random.fillNormal(new Float32Array(64)).map((value, at) => value + score * data[at]!);
    return {
      defect,
      className,
      anomalous: defect !== 'good',
      mask: defect === 'good' || !withMask ? null : { ...size, data },
      prediction: { score, map, verdict: score > 1 ? ('anomalous' as const) : ('normal' as const) },
    };
  };
  return [
    ...[0.1, 0.4, 1.2].map((score) => image('nut', 'good', score)),
    ...[0.3, 2].map((score) => image('nut', 'scratch', score)),
    ...[3, 4, 0.9].map((score) => image('nut', 'dent', score)),
    image('bolt', 'good', 0),
    image('bolt', 'dent', 5, false),
  ];
}

it('are those of an evaluator that sees one kind alone', () => {
  const images = madeImages();
  const byDefect = new DefectEvaluator();
  for (const image of images) byDefect.add(image, image.defect);
  const nut = byDefect.finish('nut');
  expect(Object.keys(nut)).toEqual(['scratch', 'dent']);
  for (const defect of ['scratch', 'dent']) {
    const alone = new Evaluator();
    for (const image of images)
      if (image.className === 'nut' && ['good', defect].includes(image.defect)) alone.add(image);
    const { anomalous, missRate, imageAuroc, imageAp, pixelAuroc, pixelAp, aupro } =
      alone.result().classes.nut!;
    expect(nut[defect]).toEqual({
      ...{ images: anomalous, missed: Math.round(missRate! * anomalous), missRate },
      ...{ imageAuroc, imageAp, pixelAuroc, pixelAp, aupro },
    });
  }
  // Without masks nobody knows which pixels are anomalous.
  const bolt = byDefect.finish('bolt');
  expect(bolt.dent).toMatchObject({ images: 1, missed: 0, imageAuroc: 1, pixelAuroc: null, aupro: null });
  expect(byDefect.finish('bolt')).toEqual({});
  expect(defectTable({ bolt }).rows).toEqual([['bolt', 'dent', '1', '0', '1.000', '1.000', '-', '-', '-']]);
});
