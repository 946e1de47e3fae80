/** @file A report's data made up, for any names of classes. */
import type { ClassCurves, ClassRecord } from '../../src/evaluation/evaluator.ts';
import { meanRecord } from '../../src/evaluation/evaluator.ts';
import { classTradeOff } from '../../src/jobs/trade-off/class-trade-off.ts';
import type { EmbeddedImage, Example, ExampleKind, ReportData } from '../../src/report/data.ts';

const curve = { x: [0, 0.1, 1], y: [0, 0.8, 1], threshold: [null, 2, null] };
const curves: ClassCurves = {
  imageRoc: curve,
  imagePrecisionRecall: curve,
  pixelRoc: curve,
  pixelPrecisionRecall: null,
  pixelPro: { x: [0, 0.1, 0.3], y: [0, 0.5, 0.9], threshold: [null, 2, null] },
};

/** An image of as many bytes. */
export function madeImage(bytes = 60): EmbeddedImage {
  const base64 = Buffer.alloc(bytes, 7).toString('base64');
  return { source: `data:image/webp;base64,${base64}`, width: 200, height: 150 };
}

export interface MadeReport {
  readonly classes: readonly string[];
  /** Stands wherever a folder's or a file's name may stand. */
  readonly untrusted?: string;
  /** @default 60 */
  readonly imageBytes?: number;
}

export function madeReportData({ classes, untrusted = 'plain', imageBytes }: MadeReport): ReportData {
  const each = <T>(make: (name: string, index: number) => T): Record<string, T> =>
    Object.fromEntries(classes.map((name, index) => [name, make(name, index)]));
  const scored = (folder: string, scores: readonly number[]) =>
    scores.map((score) => ({ path: `photos/${folder}/${untrusted}/${score}.png`, score }));
  const threshold = { threshold: 2, achievableRate: 0.05, requestedRate: 0.01, count: 19 };
  const image = madeImage(imageBytes);
  const record = (index: number): ClassRecord => ({
    good: 20,
    anomalous: 30,
    imageAuroc: 0.9 + index / 1000,
    imageAp: 0.91,
    imageF1Max: 0.92,
    pixelAuroc: null,
    pixelAp: null,
    pixelF1Max: null,
    aupro: null,
    auproDilated: null,
    classAccuracy: 1,
    falseAlarmRate: 0.05,
    missRate: 0.1,
  });
  const example = (kind: ExampleKind): Example => ({
    kind,
    path: `${untrusted}/001.png`,
    defect: untrusted,
    score: 3.21,
    threshold: 2,
    takenFor: kind === 'miss' ? untrusted : null,
    photograph: image,
    truth: kind === 'falseAlarm' ? null : image,
    heat: image,
  });
  const records = each((_, index) => record(index));
  return {
    name: untrusted,
    runFromPage: '..',
    tradeOffs: classes.map((name) =>
      classTradeOff(name, threshold, {
        good: { source: 'test', images: scored(name, [1, 1.2, 2.5]) },
        defects: { source: 'test', images: scored(name, [1.8, 3, 4]) },
      }),
    ),
    written: '2026-01-02T03:04:05.000Z',
    metadata: {
      format: 3,
      cladVersion: '0.0.0',
      created: '2026-01-01T00:00:00.000Z',
      method: 'clad',
      classes: [...classes],
      geometry: { width: 64, height: 64 },
      grid: { rows: 8, columns: 8 },
      thresholds: each(() => threshold),
      display: each(() => ({ low: 1, high: 3 })),
      provenance: {
        data: {
          name: untrusted,
          layout: 'mvtec',
          fingerprint: 'f1',
          trainingImages: each(() => 100),
          heldOutImages: each(() => 19),
        },
        backbone: { name: untrusted, sha256: 'a0', licence: untrusted, source: untrusted },
        textures: untrusted,
        preset: 'fast',
        changes: { 'losses.gamma': untrusted },
        seed: 7,
        selection: 'synthetic',
        device: 'cpu',
      },
    },
    training: {
      log: [
        { stage: 1, step: 10, losses: { score: 0.5, total: 50 } },
        { stage: 1, step: 20, losses: { score: 0.4, total: 2 }, selection: 0.8 },
        { stage: 2, step: 10, losses: { score: 0.3, total: 1 } },
        { stage: 2, step: 20, losses: { score: -0.2, total: 1 }, selection: 0.9 },
      ],
      input: 'residual',
      options: `note: ${untrusted}\n`,
      synthesis: each(() => image),
      regions: {},
      standingOut: [[untrusted, image]],
    },
    test: {
      document: {
        run: untrusted,
        data: untrusted,
        protocol: { testFingerprint: 'f2', device: 'cpu' },
        images: { trainedOn: 0, calibratedOn: 0, copies: 0 },
        classes: records,
        mean: meanRecord(Object.values(records)),
        misplaced: [],
        timing: { imagesPerSecond: 12, latencyMs: { p50: 50, p95: 80 } },
        leftOut: { total: 0, reasons: [] },
      },
      curves: each(() => curves),
      confusion: each((actual) => each((taken) => (actual === taken ? 49 : 1))),
      examples: each(() => {
        const some = (kind: ExampleKind) => [example(kind), example(kind), example(kind)];
        return [...some('hit'), ...some('miss'), ...some('falseAlarm')];
      }),
      embedding: {
        patches: [0, 1, 2, 3, 4].map((index) => ({
          className: classes[index % classes.length] as string,
          anomalous: index > 2,
        })),
        before: { x: [0, 1, 2, 3, 4], y: [1, 0, 1, 5, 5], width: 64, explained: 0.4 },
        after: { x: [0, 1, 2, 9, 9], y: [1, 0, 1, 5, 5], width: 16, explained: 0.7 },
      },
    },
  };
}
