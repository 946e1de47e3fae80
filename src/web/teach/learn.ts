/**
 * @file From pictures to the bytes of a detector: what `clad train --preset instant` does, with nothing of Node (docs/decisions/0067-teach-in-the-page.md).
 * Everything is kept in memory and is gone with the worker; the photographs stay files, and are decoded one after another.
 */
import { byCodeUnit } from '../../core/arrays.ts';
import { memoryStorage } from '../../core/memory-storage.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { packageVersion } from '../../core/version.ts';
import type { Dataset, Sample } from '../../data/dataset.ts';
import { fingerprint } from '../../data/fingerprint.ts';
import { builtinBackbone, builtinName } from '../../features/backbones/builtin-backbone.ts';
import { featureWidthOf } from '../../features/patches/extractor.ts';
import { patchCount } from '../../image/geometry.ts';
import { wholeRange } from '../../image/samples.ts';
import { type RankedImage, suspects } from '../../jobs/good-images/ranked-images.ts';
import { type Described, describeDetector, detectorFileOf } from '../../jobs/train/describe-detector.ts';
import { detectorTasks } from '../../jobs/train/detector-tasks.ts';
import { clad } from '../../methods/clad/clad.ts';
import type { CladOptions } from '../../methods/clad/clad-options.ts';
import { resolveOptions } from '../../methods/resolve-options.ts';
import type { Engine } from '../../runtime/engine.ts';
import { splitHeldOut } from '../../training/held-out.ts';
import type { WebDevice } from '../engine-messages.ts';
import { pageImages, produceInPage } from '../page-images.ts';
import { fetchedWeights } from '../page-weights.ts';
import { checkPictures } from './check-pictures.ts';
import { keptPixels } from './kept-pixels.ts';
import { requireRoom } from './memory.ts';
import type { Learnt, OddPicture, PicturedProduct, TeachNews, TeachOrder } from './teach-messages.ts';

/** The preset that trains no networks: the default of the commands, too. */
const preset = 'instant';
/** Where the pictures are said to lie, as the photographs of a folder do: their names below it draw the same random numbers as there. */
const root = '/taught';
/** Bytes of decoded pictures that are kept. */
const keptBytes = 96e6;
/** Seconds that decoding and looking at one takes, and a golden image, about. */
const checkSeconds = 0.03;
const goldenTask = 'the file';

/** @param tell - given what happens meanwhile @throws what `teach` throws */
export async function learn(
  { products, weights, settings, memoryLimit }: TeachOrder,
  { engine, device }: { readonly engine: Engine; readonly device: WebDevice },
  tell: (news: TeachNews) => void,
): Promise<Learnt> {
  const onProgress: ProgressListener = (progress) => tell({ progress });
  const note = (text: string) => tell({ note: text });
  const asked = resolveOptions(clad, preset, settings);
  const { all, images, nameOf } = pictured(products);
  const counts = {
    training: all.length,
    selection: 0,
    classes: products.length,
    cores: engine.threads,
  };
  tell({
    tasks: [
      { task: 'checking images', seconds: all.length * checkSeconds, kind: 'images' },
      ...detectorTasks(clad, asked, counts).filter(({ seconds }) => seconds > 0),
      { task: goldenTask, seconds: 3 * (clad.imageSeconds?.(asked, counts) ?? 0), kind: 'images' },
    ],
  });
  const names = products.map(({ name }) => name).sort(byCodeUnit);
  const [checked, prepared] = await Promise.allSettled([
    checkPictures(names, all, images, nameOf, onProgress),
    preparedEyes(weights, asked, engine, note),
  ]);
  // Both have ended, so that nothing is started that nobody ends; a picture that is no good is told first.
  if (checked.status === 'rejected') throw checked.reason;
  if (prepared.status === 'rejected') throw prepared.reason;
  const { samples, pixels, seen, notes } = checked.value;
  for (const text of notes) note(text);
  const { backbone, options, view } = prepared.value;
  const rows = { patches: patchCount(view.grid), width: featureWidthOf(backbone, view.features) };
  requireRoom(samples.length, rows, memoryLimit);
  const dataset: Dataset = {
    root,
    layout: 'plain',
    classes: names,
    samples,
    leftOut: [],
  };
  const storage = memoryStorage({ own: true });
  const work: Described & Parameters<typeof clad.fit>[0] = {
    method: clad,
    preset,
    dataName: 'taught in a page',
    version: packageVersion,
    options,
    view,
    engine,
    backbone,
    dataset,
    training: samples,
    trainingPixels: pixels,
    split: splitHeldOut(samples, options.heldOut, options.seed),
    images,
    produce: produceInPage(images),
    fingerprint: await fingerprint(dataset, images, onProgress),
    seen,
    notFollowed: {},
    textures: null,
    bits: wholeRange,
    cache: storage.folder('cache'),
    run: {
      checkpoint: storage.folder('checkpoint'),
      log: async () => {},
      rewindLog: async () => {},
    },
    resume: false,
    onProgress,
    note,
  };
  const fitted = await clad.fit(work);
  const described = await describeDetector(work, fitted);
  const { metadata, goodImages } = described;
  onProgress({ task: goldenTask, done: 0, total: 1, unit: 'files' });
  const file = await detectorFileOf(work, fitted, described, 'The detector');
  onProgress({ task: goldenTask, done: 1, total: 1, unit: 'files' });
  return { file, metadata, odd: oddPictures(goodImages), device, threads: engine.threads };
}

/** The backbone and what is seen by it: ONNX Runtime is started for that, which takes about as long as looking at twenty pictures. */
async function preparedEyes(
  weights: TeachOrder['weights'],
  asked: CladOptions,
  engine: Engine,
  note: (text: string) => void,
) {
  const backbone = await builtinBackbone(builtinName, fetchedWeights(weights));
  const options = clad.adapt?.(asked, backbone, note) ?? asked;
  return { backbone, options, view: await clad.view(options, backbone, { engine, note }) };
}

/** The pictures as a data set has them. */
function pictured(products: readonly PicturedProduct[]) {
  const files = new Map<string, Blob>();
  const names = new Map<string, string>();
  const all: Sample[] = [];
  for (const { name: className, pictures } of products.toSorted((a, b) => byCodeUnit(a.name, b.name)))
    for (const { name, file } of pictures.toSorted((a, b) => byCodeUnit(a.name, b.name))) {
      const path = `${root}/${className}/${name}`;
      files.set(path, file);
      names.set(path, `${className}, ${name}`);
      all.push({ path, className, split: 'train', anomalous: false, defect: 'good' });
    }
  const images = keptPixels(pageImages(files), keptBytes);
  return { all, images, nameOf: ({ path }: Pick<Sample, 'path'>) => names.get(path) ?? path };
}

/** Those that may be no good pictures of their product, the surest first. */
function oddPictures(goodImages: readonly RankedImage[]): OddPicture[] {
  return suspects(goodImages).map(({ class: product, path, score, deviations, recognisedAs }) => ({
    product,
    picture: path.slice(`${root}/${product}/`.length),
    score,
    deviations,
    recognisedAs,
  }));
}
