/**
 * @file Scores of graded defects on some good images of each class, with the whole memory bank and with smaller ones: those of a quarter, half and three quarters of each class's images.
 * One session answers all of it, since what is left out is an input of its graph.
 */
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { fileImages } from '../../data/file-images.ts';
import { askedWithoutOneImage, hasBank } from '../../detector/bank-entries.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { imageTensor } from '../../detector/detector.ts';
import type { SmallerMemory } from '../../evaluation/learning-curve.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import { encodeModel } from '../../graph/index.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type Engine, int64 } from '../../runtime/engine.ts';
import { type GoodImage, saidBy } from '../good-images/good-images.ts';
import { imagesLeft, type Subject } from '../update/subject.ts';
import { type Drawing, gradedContrasts, gradedDefects, gradedSizes } from './graded-defects.ts';

/** Quarters of a class's images that smaller memories are of. */
const quarters = [1, 2, 3] as const;
const whole = 4;
/** Good images of a class that the threshold's move with the memory is seen from. */
const goodImages = 20;
/** With fewer images a smaller memory says nothing of how they teach. */
const leastForCurve = 8;

/** What the detector says of a defect. */
export interface GradedScore {
  /** Number of the training image. */
  readonly image: number;
  readonly size: number;
  readonly contrast: number;
  readonly score: number;
  /** The class it is taken for, whose threshold acts. */
  readonly recognisedAs: string;
}

export interface ClassScores {
  /** Number of good images that the memory is of. */
  readonly images: number;
  readonly defects: readonly GradedScore[];
  /** Empty where there is no memory bank, or few images. */
  readonly memories: readonly SmallerMemory[];
}

/** What will be asked of a class. */
export interface ClassPlan {
  readonly name: string;
  /** Images that defects are drawn on. */
  readonly drawnOn: readonly GoodImage[];
  /** Good images that are asked with smaller memories. */
  readonly good: readonly GoodImage[];
  /** Its images in the order in which they leave the memory, the last first. */
  readonly order: readonly GoodImage[];
  readonly predictions: number;
}

/**
 * What will be asked, by class: nothing of classes whose files are not there.
 * @param perClass - images that defects are drawn on, at most
 * @param isThere - whether an image's file is there
 */
export function planScores(
  subject: Subject,
  perClass: number,
  isThere: (image: GoodImage) => boolean,
): ClassPlan[] {
  const left = imagesLeft(subject);
  return subject.metadata.classes.map((name) => {
    const own = left.filter((image) => image.class === name);
    const there = own.filter(isThere);
    // What the networks have not seen comes first, where there are networks.
    const unknown = there.filter(({ heldOut }) => heldOut).slice(0, perClass);
    const trained = there.filter(({ heldOut }) => !heldOut);
    const drawnOn = [...unknown, ...evenly(trained, perClass - unknown.length)];
    const curve = hasBank(subject.model) && own.length >= leastForCurve && drawnOn.length > 0;
    const good = curve ? evenly(there, goodImages) : [];
    const perImage = gradedSizes.length * (gradedContrasts.length + (curve ? quarters.length : 0));
    return {
      ...{ name, drawnOn, good },
      order: new Random(subject.metadata.provenance.seed, 'memories', name).sample(own, own.length),
      predictions: drawnOn.length * perImage + good.length * quarters.length,
    };
  });
}

/** Asks about an image without its own entries, with a memory of so many quarters of each class's images. */
export type Ask = (
  id: number,
  image: RgbImage,
  memory: number,
) => Promise<{ readonly score: number; readonly recognisedAs: string }>;

/** A detector that is so asked; `release` when done. */
export async function memoryDetector(
  engine: Engine,
  { model, file, metadata }: Subject,
  plans: readonly ClassPlan[],
): Promise<{ readonly ask: Ask; release(): Promise<void> }> {
  const rankOf = new Map(
    plans.flatMap(({ order }) =>
      order.map(({ id }, at) => [id, Math.floor((whole * at) / order.length)] as const),
    ),
  );
  const ranks = file.entryImages.map((id) => rankOf.get(id) ?? 0);
  const session = await engine.load(encodeModel(askedWithoutOneImage(model, file.entryImages, ranks)));
  return {
    ask: async (id, image, memory) => {
      const feeds = {
        image: imageTensor([image]),
        training_image: int64([id], [1]),
        below_rank: int64([memory], [1]),
      };
      const { score, shares } = await saidBy(session, feeds);
      return { score, recognisedAs: metadata.classes[shares.indexOf(Math.max(...shares))]! };
    },
    release: () => session.release(),
  };
}

/** Draws and asks, class by class. */
export async function gradedScores(
  subject: Subject,
  plans: readonly ClassPlan[],
  drawing: Drawing,
  ask: Ask,
  told: ProgressListener,
): Promise<ReadonlyMap<string, ClassScores>> {
  const total = plans.reduce((sum, { predictions }) => sum + predictions, 0);
  let done = 0;
  const tell = () => told({ task: 'drawn defects', done: ++done, total, unit: 'predictions' });
  const byClass = new Map<string, ClassScores>();
  for (const plan of plans) {
    const { name, drawnOn, good, order } = plan;
    if (drawnOn.length === 0) continue;
    const defects: GradedScore[] = [];
    const memories = quarters.map((memory) => ({
      memory,
      // As `ranks` has them.
      images: order.filter((_, at) => Math.floor((whole * at) / order.length) < memory).length,
      defects: [] as { smaller: number; whole: number }[],
      good: [] as { smaller: number; whole: number }[],
    }));
    const smaller = good.length > 0 ? memories : [];
    const ids = drawnOn.map(({ id }) => id);
    for await (const [at, drawn] of numbered(gradedDefects(name, ids, drawing))) {
      for (const { id, size, contrast, image } of drawn) {
        const { score, recognisedAs } = await ask(id, image, whole);
        tell();
        defects.push({ image: id, size, contrast, score, recognisedAs });
        // One of each size on each image, in turn of the two strongest contrasts: what is hardly seen moves as good images do.
        if (gradedContrasts.length - 1 - ((at + size) % 2) !== contrast) continue;
        for (const each of smaller) {
          each.defects.push({ smaller: (await ask(id, image, each.memory)).score, whole: score });
          tell();
        }
      }
    }
    for (const { id, path, score } of good) {
      const image = await fileImages.decode(path, { bits: bitsOf(subject.metadata) });
      for (const each of smaller) {
        each.good.push({ smaller: (await ask(id, image, each.memory)).score, whole: score });
        tell();
      }
    }
    byClass.set(name, { images: order.length, defects, memories: smaller });
  }
  return byClass;
}

async function* numbered<T>(items: AsyncIterable<T>): AsyncGenerator<readonly [number, T]> {
  let at = 0;
  for await (const item of items) yield [at++, item];
}
