/** @file Reads and checks everything a training needs, before anything takes long. */
import { resolve } from 'node:path';
import { diskStorage } from '../../core/disk-storage.ts';
import { readBytes, requireWritable } from '../../core/files.ts';
import { checkOptions } from '../../core/options.ts';
import { stoppable } from '../../core/progress.ts';
import { sha256 } from '../../core/sha256.ts';
import { wholeWork } from '../../core/share.ts';
import { trainingBits } from '../../data/bit-depth.ts';
import { withoutTrainingCopies } from '../../data/copies.ts';
import type { Dataset, Sample } from '../../data/dataset.ts';
import type { ExaminedPlace } from '../../data/examined.ts';
import { fileImages } from '../../data/file-images.ts';
import { fileRecords, fingerprintOf } from '../../data/fingerprint.ts';
import { requireOutside } from '../../data/folders.ts';
import { describeLeftOut, type LeftOut, summariseLeftOut } from '../../data/left-out.ts';
import { loadDataset } from '../../data/load.ts';
import { nearlyBlack } from '../../data/nearly-black.ts';
import { describeReadAsOne, foldersReadAsOne } from '../../data/nested.ts';
import { largePatches, largePatchesNote } from '../../data/patch-size.ts';
import { listTextures, verifyTextures } from '../../data/textures.ts';
import { type Examination, noteLeftOut, verifyImages } from '../../data/verify-images.ts';
import { notFollowedEntry, regionsEntry } from '../../detector/roi/roi-metadata.ts';
import { produceInThreads } from '../../features/store/producer-threads.ts';
import { methodOf } from '../../methods/registry.ts';
import { presetOf } from '../../methods/resolve-options.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { splitHeldOut } from '../../training/held-out.ts';
import { croppedImages, croppedProduce } from '../crop/cropped-images.ts';
import { learnCrop, requireCroppable, requireWholeSeen } from '../crop/learn-crop.ts';
import { classRegions, describeRegions, requireDrawable, requireNotFollowed } from '../roi/class-regions.ts';
import { followParts, requireFollowable } from '../roi/follow-parts.ts';
import { checkRegions } from '../roi/region-definition.ts';
import { writeRegionPictures } from '../roi/region-pictures.ts';
import { type RunConfig, RunFolder } from '../run-folder.ts';
import { version } from '../version.ts';
import { askedBackbone } from './asked-backbone.ts';
import { withTileSize, withTiles } from './asked-tiles.ts';
import { expectedTasks } from './expected-tasks.ts';
import type { ReadRequest, ReadWork, TrainRequest, Work } from './train-request.ts';
import { noteCopies, withoutExcluded } from './training-images.ts';

/** Checks that the run's folder may be written, before anything is read or made. */
export async function requireOutput({ out, data, resume = false }: TrainRequest): Promise<void> {
  new RunFolder(out).requireFree(resume);
  await requireWritable(out, 'Give another folder to --out.');
  await requireOutside('--out', out, data);
}

/** Reads and checks everything a training needs, and begins the run's folder; nothing expensive is done yet. */
export async function prepare(request: TrainRequest): Promise<Work> {
  const run = new RunFolder(request.out);
  const read = await readAll(request, {
    outside: { '--out': request.out },
    examined: examinedPlace(request.cache),
  });
  const { engine, dataset, backbone } = read;
  const config: RunConfig = {
    cladVersion: version,
    method: read.method.name,
    methodFile: read.method.file ?? null,
    methodSha256: await fileSha256(read.method.file),
    preset: request.preset,
    data: { root: dataset.root, layout: dataset.layout, fingerprint: read.fingerprint },
    backbone: {
      path: backbone.path,
      name: backbone.card.name,
      sha256: backbone.sha256,
      ...(backbone.precision && { precision: backbone.precision }),
    },
    textures: request.textures === undefined ? null : resolve(request.textures),
    device: engine.device,
    skipBroken: request.skipBroken ?? false,
    bits: read.bits,
    ...regionsEntry(dataset.classes, read.regions),
    ...(read.crop && { crop: read.crop }),
    ...notFollowedEntry(read.notFollowed),
    options: { ...read.options },
  };
  const preset = presetOf(read.method, request.preset);
  await run.begin(config, request.resume ?? false, read.records, preset);
  await run.writeLeftOut(read.leftOut);
  await writeRegionPictures(read, run.regionPictures);
  const { resume = false, mayExtract } = request;
  return { ...read, request, run, cache: diskStorage(request.cache ?? run.cache), resume, mayExtract };
}

/** Null where there is no file. */
async function fileSha256(path: string | undefined): Promise<string | null> {
  return path === undefined ? null : sha256(new Uint8Array(await readBytes(path)));
}

/** Where a cache keeps what decoding images showed; undefined where there is no cache. @param share - the machine's, of several */
export function examinedPlace(cache: string | undefined, share = wholeWork): ExaminedPlace | undefined {
  if (cache === undefined) return undefined;
  return { storage: diskStorage(cache).folder('examined'), share, decoder: version };
}

/**
 * Reads and checks everything a training needs, and writes nothing but what decoding the images showed.
 * @param places - `outside`: folders to be written beside the cache, by their flags, which may not lie in the data set; `examined`: where that is kept
 */
export async function readAll(
  request: ReadRequest,
  places: {
    readonly outside?: Readonly<Record<string, string>>;
    readonly examined?: ExaminedPlace | undefined;
  },
): Promise<ReadWork> {
  const { outside = {}, examined } = places;
  const { note } = request;
  const method = await methodOf(request.method);
  const chosen = checkOptions(method.options, request.options);
  // A method may refuse what is said of tiles, which is known before any image is read.
  const untiled = request.tiles ? checkOptions(method.options, withTileSize(chosen, request.tiles)) : chosen;
  const loaded = await withoutExcluded(
    await loadDataset(request.data, { layout: request.layout }),
    request.exclude ?? [],
  );
  const given = checkRegions(request.roi ?? {});
  await requireDrawable(given, loaded.classes, method, untiled);
  requireNotFollowed(given, request.follow);
  if (request.follow) requireFollowable(request.follow, loaded.classes, method, untiled);
  if (request.crop) requireCroppable(method, untiled, Object.keys(given).length > 0);
  for (const [flag, place] of Object.entries(outside)) await requireOutside(flag, place, loaded.root);
  if (request.cache !== undefined) await requireOutside('--cache', request.cache, loaded.root);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const backbone = await askedBackbone(request, engine, method.inputSize?.(untiled));
  const asked = await withTiles(untiled, request.tiles, loaded.samples, backbone, note);
  request.onTasks?.(expectedTasks(method, asked, request, loaded));
  for (const sentence of backbone.assumed) note?.(sentence);
  const { dataset, pixels, sizes, textures, leftOut, bits, seen, contents } = await verified(
    request,
    examined,
    asked.synthesis.perImage > 0,
    method.usesTestImages?.(asked) ?? false,
    loaded,
  );
  for (const { path, message } of dataset.asides ?? []) note?.(`${path}: ${message}.`);
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const options = method.adapt?.(asked, backbone, note) ?? asked;
  const view = await method.view(options, backbone, { engine, note });
  const drawn = await classRegions(given, dataset.classes, training, sizes, view);
  for (const sentence of describeRegions(dataset.classes, drawn, view.grid)) note?.(sentence);
  const of = { engine, classes: dataset.classes, training, bits, note };
  const { geometry } = view;
  if (request.crop) requireWholeSeen(geometry);
  const cropped = request.crop
    ? await learnCrop({ ...of, geometry, images: fileImages, onProgress: stoppable(request) })
    : undefined;
  const images = cropped ? croppedImages(fileImages, cropped.boxes) : fileImages;
  const following = {
    ...of,
    view,
    images,
    drawn,
  };
  const { regions, notFollowed } = request.follow
    ? await followParts(request.follow, { ...following, onProgress: stoppable(request) })
    : { regions: drawn && { ofClasses: drawn }, notFollowed: {} };
  const large = largePatchesNote(
    cropped ? largePatches(training, cropped.boxes, view, true) : largePatches(training, sizes, view),
  );
  if (large !== undefined) note?.(large);
  const records = await fileRecords(
    { ...dataset, samples: training },
    fileImages,
    stoppable(request),
    contents,
  );
  return {
    method,
    // What was used is what the run and its detector say.
    options,
    view,
    engine,
    dataset,
    training,
    trainingPixels: training.map(({ path }) => pixels.get(path) as string),
    split: splitHeldOut(training, options.heldOut, options.seed),
    backbone,
    textures,
    regions,
    notFollowed,
    crop: cropped?.model,
    images,
    produce: cropped ? croppedProduce(produceInThreads, cropped.boxes) : produceInThreads,
    fingerprint: await fingerprintOf(records),
    records,
    leftOut,
    bits,
    seen,
    onProgress: request.onProgress,
    note,
    signal: request.signal,
  };
}

/**
 * The photographs and textures, each decoded once: what is broken is refused, or left out where that was asked for. Of copies among the training images the
 * first is kept: counts, the held-out split, the memory bank and thresholds are of distinct images.
 */
async function verified(
  request: ReadRequest,
  examined: ExaminedPlace | undefined,
  /** Whether anomalies are made, with textures. */
  used: boolean,
  /** Whether test images choose the checkpoint. */
  selects: boolean,
  loaded: Dataset,
): Promise<
  Pick<Work, 'dataset' | 'textures' | 'leftOut' | 'bits' | 'seen'> &
    Pick<Examination, 'pixels' | 'sizes' | 'contents'>
> {
  const { note, skipBroken = false } = request;
  for (const each of foldersReadAsOne(loaded)) note?.(describeReadAsOne(each));
  const passed: LeftOut[] = [...loaded.leftOut];
  const onLeftOut = (entry: LeftOut) => passed.push(entry);
  const listed = request.textures === undefined ? null : await listTextures(request.textures, onLeftOut);
  if (listed === null && used)
    note?.(
      'Textures for synthetic anomalies: the built-in generator (give photographs with --textures DIR).',
    );
  const testToo = selects || (request.evaluated ?? false);
  const splits: Sample['split'][] = testToo ? ['train', 'test'] : ['train'];
  const examine = { skipBroken, onProgress: stoppable(request) };
  const { bits, note: reading } = await trainingBits(loaded, request.bits, examine.onProgress);
  if (reading !== undefined) note?.(reading);
  const verified = await verifyImages(loaded, { splits, bits, kept: examined, ...examine });
  const { dataset, pixels, sizes, seen, contents, broken, laterPages } = verified;
  passed.push(...laterPages);
  const { textures, broken: brokenTextures } =
    listed && used
      ? await verifyTextures(listed, { ...examine, onLeftOut })
      : { textures: listed, broken: [] };
  noteLeftOut(verified, note);
  for (const { path, reason } of brokenTextures) note?.(`left out: ${path}: ${reason}`);
  const lines = describeLeftOut(summariseLeftOut(passed), loaded.root);
  if (lines.length > 0) note?.(lines.join('\n'));
  noteCopies(dataset, pixels, note);
  for (const { className, message } of nearlyBlack(dataset.samples, seen))
    note?.(`${className}: ${message}.`);
  const leftOut = summariseLeftOut([...passed, ...broken, ...brokenTextures]);
  const kept = withoutTrainingCopies(dataset, pixels);
  return { dataset: kept, pixels, sizes, contents, textures, leftOut, bits, seen };
}
