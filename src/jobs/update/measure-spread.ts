/** @file How the scores of a new class vary over its good images' patches, each image predicted without its own entries: as a training measures it of held-out ones. */
import { z } from 'zod';
import { RunningMoments } from '../../core/moments.ts';
import { type ClassSpread, withMemories } from '../../detector/bank-classes.ts';
import { askedWithoutOneImage, constantNamed } from '../../detector/bank-entries.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { loadByClass } from '../../detector/class-input.ts';
import { insideOfInput, withInsideOfInput } from '../../detector/crop/inside-of-input.ts';
import { imageTensor } from '../../detector/detector.ts';
import { mapShape } from '../../detector/roi/roi-constants.ts';
import { unfusedNames, withUnfusedScores } from '../../detector/unfused-scores.ts';
import { rimNames } from '../../features/memory-bank/class-search.ts';
import { type ImageDistances, rimSpread } from '../../features/memory-bank/rim-spread.ts';
import { int64Values } from '../../graph/constants.ts';
import { encodeModel, type ModelProto } from '../../graph/index.ts';
import { decodeImage } from '../../image/decode.ts';
import { insideOf, type RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import { type Engine, floats, int64 } from '../../runtime/engine.ts';
import type { Growth } from './grow-memories.ts';
import type { Joining } from './joined.ts';
import { insideIn, regionFound } from './new-images.ts';
import { imageOf, type Subject } from './subject.ts';

/** Images that are looked at; more change little. */
const most = 24;

/** What a run with tiles has among its options. */
const scoreSchema = z.object({ score: z.object({ topShare: z.number() }) });

/**
 * The model with the grown memories, new classes with their own spreads.
 * @param model - as it was before
 */
export async function withGrown(
  engine: Engine,
  model: ModelProto,
  grown: Growth,
  joining: Joining,
  subject: Pick<Subject, 'metadata' | 'root' | 'config'>,
): Promise<ModelProto> {
  const { metadata } = subject;
  const memories = [...grown.memories];
  const changed = withMemories(model, memories);
  const fresh = [...joining.keys()].filter((name) => !metadata.classes.includes(name));
  if (fresh.length === 0) return changed;
  for (const [at, name] of fresh.entries()) {
    const index = metadata.classes.length + at;
    const { region } = memories[index]!;
    const spread = await spreadOf(engine, changed, grown, { name, index, region }, subject);
    if (spread) memories[index] = { ...memories[index]!, spread };
  }
  return withMemories(model, memories);
}

async function spreadOf(
  engine: Engine,
  changed: ModelProto,
  { file }: Growth,
  {
    name,
    index,
    region,
  }: { readonly name: string; readonly index: number; readonly region: RegionOfInterest | undefined },
  { metadata, root, config }: Pick<Subject, 'metadata' | 'root' | 'config'>,
): Promise<ClassSpread | undefined> {
  const open = withUnfusedScores(askedWithoutOneImage(changed, file.entryImages));
  if (!open) return undefined;
  const asking = withInsideOfInput(open.model);
  const found = asking.graph.output?.some(({ name: output }) => output === insideOfInput)
    ? [insideOfInput]
    : [];
  // Whatever class an image is taken for, its part is looked for, and its patches are compared, as of the class it joined.
  const { session, classFeed } = await loadByClass(engine, encodeModel(asking));
  const scores = open.kinds.map((kind) => ({ name: unfusedNames[kind], moments: new RunningMoments() }));
  const zones = zonesIn(changed);
  const atRim: ImageDistances[] = [];
  try {
    const own = [...file.images.entries()].filter(([, image]) => image.class === name).slice(0, most);
    for (const [id] of own) {
      // As recorded, it is from the data set's folder, wherever the command runs.
      const image = await decodeImage(imageOf({ file, root }, id).path, { bits: bitsOf(metadata) });
      const feeds = {
        ...{ image: imageTensor([image]), training_image: int64([id], [1]) },
        ...classFeed(index),
      };
      const outputs = await session.run(feeds, [...scores.map((each) => each.name), ...found]);
      const seen = regionFound(region, insideIn(outputs), metadata);
      // No part was found in it.
      if (seen?.positions.length === 0) continue;
      for (const { name: output, moments } of scores) moments.add(insideOf(floats(outputs[output]), seen));
      if (zones) atRim.push({ distances: floats(outputs[unfusedNames.distance]), inside: seen?.patches });
    }
  } finally {
    await session.release();
  }
  // In none of them a part was found: what other classes have stands.
  if (scores.some(({ moments }) => moments.isEmpty)) return undefined;
  const plain = scores.map(({ moments }) => {
    const { mean, deviation } = moments.spread();
    return [mean, deviation];
  });
  if (!zones) return plain.flat();
  const { means, deviations, level } = rimSpread(atRim, {
    zones,
    grid: mapShape(changed).grid,
    topShare: scoreSchema.parse(config.options).score.topShare,
  });
  const ofNetworks = plain.slice(open.kinds.indexOf('distance') + 1).flat();
  return [...means, ...deviations, ...ofNetworks, level];
}

/** How near the rim each patch lies, where that counts. */
function zonesIn(model: ModelProto): number[] | undefined {
  const found = constantNamed(model, rimNames.zones);
  return found && int64Values(found);
}
