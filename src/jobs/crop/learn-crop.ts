/**
 * @file `--crop`: what crops photographs to their parts, learnt from good images of all classes together, and the box of each of these images. A class is not known
 * before its image has been cropped, so what finds the part, and how large the box is, are the same for all classes (docs/decisions/0078-crop-to-the-part.md).
 */
import { median, quantile } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { PartFinder } from '../../detector/roi/part-finder.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import type { Geometry, GridSize, Rectangle } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { type CropModel, cropBox, extent } from '../../image/roi/crop-model.ts';
import { cellGrid, type PartModel } from '../../image/roi/part-model.ts';
import type { SampleBits } from '../../image/samples.ts';
import type { CommonOptions, Method } from '../../methods/contract.ts';
import type { Engine } from '../../runtime/engine.ts';
import { requireTakesRegions } from '../roi/class-regions.ts';
import { learnPart, wholeParts } from '../roi/learn-part.ts';

/** Good images of a class that are learnt from. */
const learntFrom = 48;
/** What lies around the largest part in the box, to each side, as a share of its side; a cell at least. */
const around = 0.05;
/** A box of more of a photograph is not worth it. */
const worthwhile = 0.8;
/** Of the images of a class that has a part, it is to be found in so many; of a class that has none, in so few that nothing is learnt of two scales. */
const [leastFound, mostFound] = [0.9, 0.02];
/** Cells by which the extent of a part may differ by what is learnt of its class alone. */
const sameExtent = 2;
/** How much smaller or larger than any good one a part may be. */
const slack = 1.3;

/** What was learnt, and the boxes of the good images by path. */
export interface LearntCrop {
  readonly model: CropModel;
  readonly boxes: ReadonlyMap<string, Rectangle>;
}

interface CropContext {
  readonly engine: Engine;
  readonly geometry: Geometry;
  readonly classes: readonly string[];
  readonly training: readonly Sample[];
  readonly images: Pick<ImageAccess, 'decode'>;
  readonly bits: SampleBits;
  readonly note?: ((text: string) => void) | undefined;
  readonly onProgress: ProgressListener;
}

/**
 * Refuses what cannot be, before anything takes long.
 * @param drawn - whether regions of interest were drawn
 * @throws ROI_UNSUITABLE, OPTION_INVALID
 */
export function requireCroppable(method: Method, options: CommonOptions, drawn: boolean): void {
  requireTakesRegions(method, options);
  const refuse = (option: string, expected: string, actual: string) => {
    throw new CladError('OPTION_INVALID', { option, expected, actual });
  };
  if (drawn)
    refuse(
      '--roi',
      'auto, or none, with --crop: a shape that was drawn on a photograph lies elsewhere in each crop',
      'regions that were drawn',
    );
  if (method.usesTestImages?.(options))
    refuse(
      '--selection',
      'synthetic or last with --crop, which is learnt from training images alone',
      'test',
    );
}

/** @throws OPTION_INVALID for a geometry that shows the middle of a photograph alone */
export function requireWholeSeen({ resizeTo }: Geometry): void {
  if (resizeTo === undefined) return;
  throw new CladError('OPTION_INVALID', {
    option: 'features.resizeTo',
    expected: 'null with --crop: there is one crop, that to the part',
    actual: `${resizeTo.width}x${resizeTo.height}`,
  });
}

/** An image of which the distances of its cells are known. */
interface Looked {
  readonly path: string;
  readonly size: ImageSize;
  readonly distances: Float32Array;
}

/** Learns the crop; undefined, with a sentence why, where there is none that holds for all classes. @throws what decoding throws */
export async function learnCrop(context: CropContext): Promise<LearntCrop | undefined> {
  const finder = await PartFinder.create(context.engine, context.geometry);
  try {
    const learnt = await learn(finder, context);
    if (!('reason' in learnt)) return learnt;
    context.note?.(`Photographs are not cropped to the part, although --crop asks for it: ${learnt.reason}.`);
    return undefined;
  } finally {
    await finder.release();
  }
}

async function learn(
  finder: PartFinder,
  context: CropContext,
): Promise<LearntCrop | { readonly reason: string }> {
  const { classes, geometry, note } = context;
  const grid = cellGrid(geometry);
  const looked = await lookAtAll(finder, context);
  const parts = new Map<string, PartModel>();
  const reasons: string[] = [];
  for (const name of classes) {
    const samples = evenly(looked.get(name) ?? [], learntFrom).map(({ distances }) => distances);
    const found = await learnPart(samples, grid, finder, 0);
    if ('reason' in found)
      reasons.push(`of ${name} no part is found alike in its good images, as ${found.reason}`);
    else parts.set(name, found.part);
  }
  if (parts.size === 0) return { reason: reasons.join('; ') };
  const joint = await jointPart(finder, grid, looked, parts);
  if ('reason' in joint) return joint;
  const model = { part: joint.part, ...boxSize(joint, grid, context.geometry, looked, parts) };
  const share = (model.columns * model.rows) / (grid.columns * grid.rows);
  if (share > worthwhile)
    return {
      reason: `the box around the part would be ${percent(share)} of a photograph, and nothing would be gained`,
    };
  const boxes = new Map<string, Rectangle>();
  for (const own of looked.values())
    for (const { path, size, distances } of own)
      boxes.set(path, cropBox((await finder.find(distances, model.part)).cells, grid, model, size));
  note?.(
    `Photographs are cropped to the part: to a box of ${percent(model.columns / grid.columns)} of their width and ${percent(model.rows / grid.rows)} of their height, wherever it lies. Nothing outside it is learnt, scored or measured.`,
  );
  for (const reason of reasons)
    note?.(`Its photographs are seen as a whole, as no part is found in them: ${reason}.`);
  for (const { name, missing, of, example } of joint.missing)
    note?.(
      `${missing} of ${of} good images of ${name} show no part of the usual size, e.g. ${example}. They are not cropped, and seen as a whole.`,
    );
  return { model, boxes };
}

async function lookAtAll(
  finder: PartFinder,
  { classes, training, images, bits, onProgress }: CropContext,
): Promise<ReadonlyMap<string, readonly Looked[]>> {
  const all = new Map<string, Looked[]>(classes.map((name) => [name, []]));
  const decode = async (id: number) => images.decode(training[id]!.path, { bits });
  let done = 0;
  for await (const [id, image] of mapAhead([...training.keys()], 2, decode)) {
    const { path, className } = training[id]!;
    const { width, height } = image;
    all.get(className)?.push({ path, size: { width, height }, distances: await finder.distances(image) });
    onProgress({ task: 'regions of interest', done: ++done, total: training.length, unit: 'images' });
  }
  return all;
}

/** What finds the parts of all classes, with the largest extent that it finds. */
interface Joint extends GridSize {
  readonly part: PartModel;
  readonly missing: readonly {
    readonly name: string;
    readonly missing: number;
    readonly of: number;
    readonly example: string;
  }[];
}

/** @param parts - by class; of those that have one */
async function jointPart(
  finder: PartFinder,
  grid: GridSize,
  looked: ReadonlyMap<string, readonly Looked[]>,
  parts: ReadonlyMap<string, PartModel>,
): Promise<Joint | { readonly reason: string }> {
  const least = (of: (part: PartModel) => number) => Math.min(...[...parts.values()].map(of));
  const common = { ...wholeParts, dense: least(({ dense }) => dense), wide: least(({ wide }) => wide) };
  const tried = [...new Set([...parts.values()].map(({ ground }) => ground))].sort((a, b) => a - b);
  let reason = '';
  for (const ground of tried) {
    const shares: number[] = [];
    for (const [name, part] of parts) {
      const own = await found(finder, grid, looked.get(name)!, { ...common, ...part, ...open(part) });
      const usual = median(own.map(({ share }) => share));
      // As learnPart has it: what is half as large again shows something else.
      shares.push(...own.map(({ share }) => share).filter((share) => Math.abs(share - usual) <= 0.6 * usual));
    }
    const part = {
      ...common,
      ground,
      least: Math.min(...shares) / slack,
      most: Math.min(1, Math.max(...shares) * slack),
    };
    const checked = await holdsFor(finder, grid, looked, parts, part);
    if (!('reason' in checked)) return { part, ...checked };
    reason ||= checked.reason;
  }
  return { reason };
}

/** Without what depends on holes, which an outline does not. */
function open({ ground }: PartModel): Partial<PartModel> {
  return { ground, open: wholeParts.open, holes: wholeParts.holes, least: 0, most: 1, margin: 0 };
}

async function holdsFor(
  finder: PartFinder,
  grid: GridSize,
  looked: ReadonlyMap<string, readonly Looked[]>,
  parts: ReadonlyMap<string, PartModel>,
  part: PartModel,
): Promise<Omit<Joint, 'part'> | { readonly reason: string }> {
  let [columns, rows] = [1, 1];
  const missing: Joint['missing'][number][] = [];
  for (const [name, own] of looked) {
    const all = await found(finder, grid, own, part);
    const isFound = all.map(({ share }) => share >= part.least && share <= part.most);
    const count = isFound.filter(Boolean).length;
    const of = parts.get(name);
    if (!of) {
      if (count > mostFound * own.length)
        return {
          reason: `in ${count} of ${own.length} good images of ${name} something is taken for a part; train it in a model of its own`,
        };
      continue;
    }
    if (count < leastFound * own.length)
      return {
        reason: `in ${own.length - count} of ${own.length} good images of ${name} no part is found by what finds those of all classes; train it in a model of its own`,
      };
    const alone = await found(finder, grid, own, { ...of, ...open(of) });
    const away = all.map(({ size }, at) =>
      Math.max(Math.abs(size.columns - alone[at]!.size.columns), Math.abs(size.rows - alone[at]!.size.rows)),
    );
    if (quantile(away, leastFound) > sameExtent)
      return {
        reason: `the outline of ${name} is another by what finds the parts of all classes; train it in a model of its own`,
      };
    for (const [at, { size }] of all.entries()) {
      if (!isFound[at]) continue;
      columns = Math.max(columns, size.columns);
      rows = Math.max(rows, size.rows);
    }
    if (count < own.length)
      missing.push({
        name,
        missing: own.length - count,
        of: own.length,
        example: own[isFound.indexOf(false)]!.path,
      });
  }
  return { columns, rows, missing };
}

/** Share and extent of what is found in images. */
async function found(finder: PartFinder, grid: GridSize, looked: readonly Looked[], part: PartModel) {
  const all: { readonly share: number; readonly size: GridSize }[] = [];
  for (const { distances } of looked) {
    const { cells, share } = await finder.find(distances, part);
    const { across, down } = extent(cells, grid);
    all.push({ share, size: { columns: across[1] - across[0] + 1, rows: down[1] - down[0] + 1 } });
  }
  return all;
}

/** The box around the largest part, with what is around it; of the input's shape in the photograph, as far as that is large enough. */
function boxSize(
  { columns, rows }: GridSize,
  grid: GridSize,
  input: ImageSize,
  looked: ReadonlyMap<string, readonly Looked[]>,
  parts: ReadonlyMap<string, PartModel>,
): GridSize {
  const widened = (count: number) => count + 2 * Math.max(1, Math.ceil(around * count));
  const sizes = [...parts.keys()].flatMap((name) => looked.get(name)!.map(({ size }) => size));
  const shape = median(sizes.map(({ width, height }) => width / height));
  // Photographs' width in units of their height, of a cell and of the input.
  const [cellWidth, cellHeight] = [shape / grid.columns, 1 / grid.rows];
  const side = Math.max(
    (widened(columns) * cellWidth) / input.width,
    (widened(rows) * cellHeight) / input.height,
  );
  return {
    columns: Math.min(grid.columns, Math.ceil((side * input.width) / cellWidth - 1e-6)),
    rows: Math.min(grid.rows, Math.ceil((side * input.height) / cellHeight - 1e-6)),
  };
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
