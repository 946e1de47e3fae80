/**
 * @file CLAD's published results by class: the last columns of the paper's tables 1 (MVTec AD) and 2 (VisA), percent. Its third number is
 * the AUPRO of the code it builds on, which dilates the prediction (docs/metrics.md), so it stands beside ours of that kind.
 */
import type { Evaluation, MetricName } from './evaluator.ts';
import { fraction, type Table } from './table.ts';

/** Image AUROC, pixel AUROC, dilated AUPRO. */
type Published = readonly [image: number, pixel: number, aupro: number];

/** Table 1. */
const mvtec: Readonly<Record<string, Published>> = {
  bottle: [100, 97, 96],
  cable: [98.2, 95.4, 93.8],
  capsule: [91.3, 98.2, 97.9],
  carpet: [98.9, 98.2, 97.6],
  grid: [97.5, 96.8, 95.7],
  hazelnut: [100, 97.9, 96.7],
  leather: [100, 98.5, 98],
  metal_nut: [99.4, 97.4, 96.7],
  pill: [92.2, 97.8, 97.5],
  screw: [91.4, 97.5, 97.1],
  tile: [99.6, 95.1, 93],
  toothbrush: [96.9, 97.8, 97.1],
  transistor: [98.6, 96.5, 92.5],
  wood: [99.5, 92.8, 90.5],
  zipper: [99.6, 98.2, 97.7],
};

/** Table 2. */
const visa: Readonly<Record<string, Published>> = {
  candle: [97.5, 97.39, 96],
  capsules: [72, 95.3, 95],
  cashew: [93.6, 98.4, 97.8],
  chewinggum: [97.3, 97.2, 96.2],
  fryum: [95.6, 90.9, 88.8],
  macaroni1: [91.6, 97.6, 96.7],
  macaroni2: [73.5, 92.3, 91.7],
  pcb1: [91.8, 97.6, 96.7],
  pcb2: [92.9, 95.2, 93.2],
  pcb3: [91.4, 97, 95.6],
  pcb4: [98.7, 95.6, 92.9],
  pipe_fryum: [96, 98.9, 98.4],
};

const columns: readonly (readonly [title: string, metric: MetricName])[] = [
  ['I-AUROC', 'imageAuroc'],
  ['P-AUROC', 'pixelAuroc'],
  ['AUPRO dilated', 'auproDilated'],
];

/**
 * The paper's columns beside ours: class by class, and the means over the classes that both have.
 * @returns undefined where the paper has none of the classes
 */
export function besidePaper({ classes }: Pick<Evaluation, 'classes'>): Table | undefined {
  const published: Readonly<Record<string, Published>> = { ...mvtec, ...visa };
  const common = Object.keys(classes).filter((name) => Object.hasOwn(published, name));
  if (common.length === 0) return undefined;
  const paper = (name: string, column: number) => (published[name] as Published)[column]! / 100;
  const ours = (name: string, column: number) => classes[name]?.[columns[column]![1]] ?? null;
  const mean = (values: readonly (number | null)[]) =>
    values.some((value) => value === null)
      ? null
      : values.reduce<number>((sum, value) => sum + (value as number), 0) / values.length;
  const row = (title: string, value: (source: typeof ours, column: number) => number | null) => [
    title,
    ...columns.flatMap((_, column) => [fraction(value(paper, column)), fraction(value(ours, column))]),
  ];
  return {
    header: ['class', ...columns.flatMap(([title]) => [`${title} paper`, 'ours'])],
    rows: [
      ...common.map((name) => row(name, (source, column) => source(name, column))),
      row('mean', (source, column) => mean(common.map((name) => source(name, column)))),
    ],
  };
}
