/**
 * @file A backbone's file that is made for one size of image, for any (graph/rewrite/any-size does it): with the layers that are wanted as maps, whatever they
 * are in the file, and without what follows them. It is only given out once it has been seen to be the same function at the size that it was made for.
 */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { type AnySize, anySize, type GridMap, type ModelProto, type NamedMap } from '../../graph/index.ts';
import { stands } from '../../graph/rewrite/any-size/factor.ts';
import { reasonIn } from '../../graph/rewrite/any-size/followed-file.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { BackboneLayer } from './backbone-card.ts';
import { unsuitable } from './backbone-file.ts';
import { withFoldedConstants } from './folded-constants.ts';
import { innerNormalization, type Normalization } from './inner-normalization.ts';
import { forOneSize, type OneImage, type OneSize, outputsOf } from './one-size.ts';
import { withOwnSizeValues } from './own-size-values.ts';
import { proposeMaps, strideOf } from './propose-maps.ts';
import { requireRunsAt, requireSameFunction } from './same-function.ts';

/** A file for any size. */
export interface FreedFile {
  readonly model: ModelProto;
  readonly layers: readonly BackboneLayer[];
  /** Of what both sides of an image have to be multiples, pixels. */
  readonly sizeMultiple: number;
  /** How the file itself normalises its images; undefined where it does not, or that cannot be told. */
  readonly normalization: Normalization | undefined;
  /** The values of the file that the layers are. */
  readonly values: readonly string[];
  /** Why it is for its own size alone all the same; undefined where it is for any. */
  readonly ownSizeOnly: string | undefined;
  /** Whether these are maps with channels first there too. */
  readonly areMaps: boolean;
  /**
   * Runs both files at the size that the one is made for, and the rewritten one at another.
   * @param size - that other one, if it is to be used at that
   * @throws BACKBONE_UNSUITABLE where they are not the same function, or the rewritten one does not run there
   */
  check(normalization: Normalization, size: ImageSize): Promise<void>;
}

/**
 * @param image - what the file takes
 * @param mustBeAny - whether another size than the file's own is needed; else what cannot be rewritten for others may stay at it
 * @param wanted - values of the file that are to be layers, under their names. @default those that it proposes, as layer1, layer2, ...
 * @throws BACKBONE_UNSUITABLE with what stands in the way
 */
export async function freedFile(
  engine: Engine,
  path: string,
  model: ModelProto,
  image: OneImage,
  mustBeAny: boolean,
  wanted?: readonly string[],
): Promise<FreedFile> {
  const values = wanted ?? outputsOf(path, model);
  const { original, rewriting } = await rewritten(engine, path, model, image, mustBeAny, values, wanted);
  const { chosen, written, prepared, ownSizeOnly } = rewriting;
  return {
    model: written.model,
    layers: chosen.map(({ map, name }) => ({
      name,
      channels: map.channels,
      stride: strideOf(map, image.size),
    })),
    sizeMultiple: written.sizeMultiple,
    normalization: innerNormalization(prepared, image.name, image.bytes),
    values: chosen.map(({ map }) => original.shownAs(map.name)),
    ownSizeOnly,
    areMaps: chosen.every(({ map }) => map.layout === 'channels first'),
    check: async (normalization, size) => {
      const compared = {
        original: original.model,
        rewritten: written.model,
        layers: chosen,
        size: image.size,
        inputName: image.name,
        normalization,
      };
      await requireSameFunction(engine, path, compared);
      await requireRunsAt(engine, path, compared, size);
    },
  };
}

/** A file in our set, its chosen maps, and the file that was written of these. */
interface Rewriting {
  readonly prepared: ModelProto;
  readonly chosen: readonly NamedMap[];
  readonly written: ReturnType<AnySize['write']>;
  readonly ownSizeOnly: string | undefined;
}

/**
 * Rewrites a file, and gives it for one image beside. It is followed with two images where it says that it takes several: that shows where a shape has the batch. Where a number in it is for one image all the
 * same, less of it can be followed so, and it is with one.
 */
async function rewritten(
  engine: Engine,
  path: string,
  model: ModelProto,
  image: OneImage,
  mustBeAny: boolean,
  values: readonly string[],
  wanted: readonly string[] | undefined,
): Promise<{ readonly original: OneSize; readonly rewriting: Rewriting }> {
  const withImages = async (count: number) => {
    const one = forOneSize(path, model, image, values, count);
    const prepared = await withOwnSizeValues(engine, await withFoldedConstants(engine, one.model));
    return { one, prepared, followed: freeing(path, image.size, () => anySize(prepared)) };
  };
  const single = await withImages(1);
  const pair = image.several ? await withImages(2) : single;
  const found = pair.followed.maps.length < single.followed.maps.length ? single : pair;
  const rewriting = freeing(path, image.size, () => rewrite(found, image, mustBeAny, wanted));
  return { original: single.one, rewriting };
}

/** @throws MODEL_UNSUITABLE with what stands in the way */
function rewrite(
  { prepared, one, followed }: { prepared: ModelProto; one: OneSize; followed: AnySize },
  image: OneImage,
  mustBeAny: boolean,
  wanted: readonly string[] | undefined,
): Rewriting {
  const chosen = wanted
    ? wanted.map((name) => ({ map: mapOf(followed, one.nameOf(name)), name }))
    : proposeMaps(followed.maps, image.size).map((map, at) => ({ map, name: `layer${at + 1}` }));
  if (chosen.length === 0) {
    const reasons = (prepared.graph.output ?? []).flatMap(({ name }) => followed.stoppedAt(name) ?? []);
    stands(
      reasons[0] ??
        'it has no blocks whose sums could serve as layers; name values of it as layers (--layers A,B)',
    );
  }
  try {
    return { prepared, chosen, written: followed.write(chosen), ownSizeOnly: undefined };
  } catch (error) {
    if (mustBeAny || !isObstacle(error)) throw error;
    return { prepared, chosen, written: followed.write(chosen, true), ownSizeOnly: reasonIn(error) };
  }
}

function mapOf(followed: AnySize, name: string): GridMap {
  const map = followed.maps.find((each) => each.name === name);
  return map ?? stands(followed.obstacleOf(name));
}

/** Says of what cannot be rewritten what it was to be rewritten for. */
function freeing<T>(path: string, size: ImageSize, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (isObstacle(error)) return stops(path, size, reasonIn(error));
    if (error instanceof CladError) throw error;
    return stops(path, size, `it is damaged, or of an unusual kind (${firstLineOf(error)})`);
  }
}

function isObstacle(error: unknown): error is CladError {
  return error instanceof CladError && error.code === 'MODEL_UNSUITABLE';
}

function stops(path: string, size: ImageSize, reason: string): never {
  return unsuitable(
    path,
    `it is made for images of ${sizeText(size)} pixels, and cannot be rewritten for others: ${reason}`,
  );
}
