/**
 * @file Tiles as people ask for them (`--tiles`, `--smallest-defect`), made options of a training: how large the photographs are, at what size they are to
 * be seen so that the smallest defect is, and the tiles that this takes. Settled before images are read: from the headers of a few.
 */
import { median } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import type { Grid } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import { type SizeOption, sizeOf, sizeOption, sizeText } from '../../image/size-option.ts';
import { storedForm, turnedSize } from '../../image/stored-form.ts';
import { fittingInput, inputOfGrid, requireOverlap, type Tiling, tileCount } from '../../image/tiles.ts';
import type { CommonOptions } from '../../methods/contract.ts';
import { mostInputSide } from '../../methods/shared/option-groups.ts';
import { tilingOf } from '../../methods/shared/patch-view.ts';

/** What is asked for. */
export interface AskedTiles {
  /** `auto`: as many as the smallest defect needs; a grid of tiles; or the pixels of a tile's sides, at the photographs' own size where no input size is given. */
  readonly tiles: 'auto' | Grid | number;
  /** Length of the smallest defect that is to be found, pixels of the photograph. @default 1 % of its longer side */
  readonly smallestDefect?: number | undefined;
  /** Whether the whole, made as small as a tile, is seen beside them. @default as the options say */
  readonly whole?: boolean | undefined;
  /** Size that the photographs are brought to, where that is said. */
  readonly inputSize?: SizeOption | undefined;
}

/** What `--tiles` may be, for people. */
export const tilesExpected = 'auto, rows x columns, as 3x4, or the pixels of a tile, at least 32, as 320';

/** Tiles as people write them; undefined where it is something else. */
export function tilesOf(text: string): AskedTiles['tiles'] | undefined {
  if (text === 'auto') return text;
  const [, first, columns] = /^([1-9]\d{0,3})(?:x([1-9]\d{0,2}))?$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  if (columns !== undefined) return { rows: Number(first), columns: Number(columns) };
  return Number(first) >= 32 ? Number(first) : undefined;
}

/** Pixels of the input that the smallest defect is given: a patch and a half, so that one lies wholly in its middle (docs/decisions/0054-tiles.md). */
const defectPixels = 12;
/** Photographs of a class whose headers are read. */
const lookedAt = 8;
/** A tile where nothing else is said, pixels: the input of a training without tiles. */
const usualTile = 320;

/** The options that have to do with tiles. */
interface Tiled {
  readonly score: { readonly topShare: number };
  readonly features: {
    readonly inputSize: SizeOption;
    readonly tile: SizeOption | null;
    readonly tileOverlap: number;
    readonly tileWhole: boolean;
    readonly resizeTo: SizeOption | null;
  };
}

function isTiled(options: CommonOptions): options is CommonOptions & Tiled {
  const { features, score } = options as Partial<Tiled>;
  return features !== undefined && 'tile' in features && score !== undefined;
}

/**
 * Options with the size of a tile, which the backbone has to be known for.
 * @throws OPTION_INVALID where a method has no tiles
 */
export function withTileSize<O extends CommonOptions>(options: O, asked: AskedTiles | undefined): O {
  if (!asked) return options;
  if (!isTiled(options)) {
    throw new CladError('OPTION_INVALID', {
      option: '--tiles',
      expected: 'left out: this method sees an image as a whole',
      actual: 'tiles',
    });
  }
  const tile = typeof asked.tiles === 'number' ? asked.tiles : (options.features.tile ?? usualTile);
  const tileWhole = asked.whole ?? options.features.tileWhole;
  return { ...options, features: { ...options.features, tile, tileWhole } };
}

/**
 * Options with the size of the input as well, and sentences about what was chosen.
 * @param options - of `withTileSize`
 * @throws OPTION_INVALID
 */
export async function withTiles<O extends CommonOptions>(
  options: O,
  asked: AskedTiles | undefined,
  samples: readonly Sample[],
  backbone: Backbone,
  note: (text: string) => void = () => undefined,
): Promise<O> {
  if (!asked || !isTiled(options)) return options;
  const { features } = options;
  const tiling = tilingOf(features.tile ?? usualTile, features);
  requireOverlap(tiling);
  const photograph = await usualSize(samples, note);
  const unit = unitOf(backbone);
  const input =
    typeof asked.tiles === 'object' && asked.inputSize === undefined
      ? inputOfGrid(asked.tiles, tiling, unit)
      : fittingInput(wantedInput(asked, photograph), tiling, unit);
  if (Math.max(input.width, input.height) > mostInputSide) {
    throw new CladError('OPTION_INVALID', {
      option: '--tiles',
      expected: `an input of at most ${mostInputSide} pixels a side (a larger --smallest-defect, or a smaller --input-size)`,
      actual: sizeText(input),
    });
  }
  // One that holds all is no tile: nothing is mirrored around it.
  const single = input.width === tiling.width && input.height === tiling.height;
  const tiles = single ? { rows: 1, columns: 1 } : tileCount(input, tiling, unit);
  for (const sentence of described(photograph, input, { tiling, tiles }, defectOf(asked, photograph)))
    note(sentence);
  if (features.resizeTo !== null)
    note('The whole photograph is seen in tiles, and nothing is cut off (features.resizeTo).');
  const tile = single ? null : features.tile;
  const tileWhole = features.tileWhole && !single;
  // The image's score is the mean of as many pixels as without tiles: a share of a large map would be many times what a small defect has.
  const [before, after] = [sizeOf(features.inputSize), input].map(({ width, height }) => width * height);
  const topShare = Math.min(1, (options.score.topShare * before!) / after!);
  return {
    ...options,
    score: { ...options.score, topShare },
    features: { ...features, inputSize: sizeOption(input), tile, tileWhole, resizeTo: null },
  };
}

/** The size of the usual photograph of the class that has the largest. */
async function usualSize(samples: readonly Sample[], note: (text: string) => void): Promise<ImageSize> {
  const training = samples.filter(({ split }) => split === 'train');
  const usual: { readonly name: string; readonly size: ImageSize }[] = [];
  for (const [name, of] of byClass(training)) {
    const sizes: ImageSize[] = [];
    for (const { path } of evenly(of, lookedAt)) {
      // One that is broken is met, or left out, when all are read.
      const form = await storedForm(path).catch(() => undefined);
      if (form) sizes.push(turnedSize(form));
    }
    if (sizes.length === 0) continue;
    const middle = (side: keyof ImageSize) => Math.round(median(sizes.map((size) => size[side])));
    usual.push({ name, size: { width: middle('width'), height: middle('height') } });
  }
  const area = ({ size }: { readonly size: ImageSize }) => size.width * size.height;
  const [largest, ...others] = usual.toSorted((first, second) => area(second) - area(first));
  if (!largest) return { width: usualTile, height: usualTile };
  const shape = ({ width, height }: ImageSize) => width / height;
  const squeezed = others.filter(({ size }) => Math.abs(shape(size) / shape(largest.size) - 1) > 0.1);
  if (squeezed.length > 0) {
    const names = squeezed.map(({ name }) => name).join(', ');
    note(
      `Photographs of ${names} have another shape than those of ${largest.name}, and are squeezed into theirs.`,
    );
  }
  return largest.size;
}

function defectOf({ smallestDefect }: AskedTiles, { width, height }: ImageSize): number {
  return smallestDefect ?? Math.max(1, Math.round(Math.max(width, height) / 100));
}

function wantedInput(asked: AskedTiles, photograph: ImageSize): ImageSize {
  if (asked.inputSize !== undefined) return sizeOf(asked.inputSize);
  const own = typeof asked.tiles === 'number' && asked.smallestDefect === undefined;
  const scale = own ? 1 : Math.min(1, defectPixels / defectOf(asked, photograph));
  return { width: Math.round(photograph.width * scale), height: Math.round(photograph.height * scale) };
}

/** Tiles begin at its multiples, so that each layer's places lie on one grid. */
function unitOf({ card }: Backbone): number {
  return Math.max(card.sizeMultiple ?? 1, ...card.layers.map(({ stride }) => Math.ceil(stride)));
}

function described(
  photograph: ImageSize,
  input: ImageSize,
  { tiling, tiles: { rows, columns } }: { readonly tiling: Tiling; readonly tiles: Grid },
  defect: number,
): string[] {
  const scale = Math.min(input.width / photograph.width, input.height / photograph.height);
  const seen = Math.round(defect * scale * 10) / 10;
  const as = `Photographs of ${photograph.width} x ${photograph.height} pixels are seen at ${input.width} x ${input.height}`;
  const share = `a defect of ${defect} pixels has ${seen} there`;
  if (rows * columns === 1) {
    const alone = tiling.whole ? ', so there is no whole to be seen beside it' : '';
    return [`${as}, which is one tile${alone}: ${share}.`];
  }
  const seenAtOnce = rows * columns + (tiling.whole ? 1 : 0);
  const times = Math.round((seenAtOnce * tiling.width * tiling.height) / usualTile ** 2);
  const beside = tiling.whole ? ` and as a whole of ${sizeText(tiling)}` : '';
  const longer = times > 1 ? `${times} times as long` : 'as long';
  return [
    `${as}, in ${rows} x ${columns} tiles of ${sizeText(tiling)} pixels${beside}: ${share}.`,
    `An image takes about ${longer} as one of ${usualTile} pixels, here and on the line.`,
  ];
}
