/**
 * @file Regions of interest that are drawn in a page: a file for each product, `regions/<data set>/<product>.yaml`, in the form that `clad train --roi` takes. Files
 * that somebody wrote there are used as well. Those of a data set hold for the trainings that the studio starts on it.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { Document, isMap, visit } from 'yaml';
import { CladError } from '../core/errors.ts';
import { asRefusal, writeFileAtomic } from '../core/files.ts';
import type { ImageSize } from '../image/limits.ts';
import { storedForm, turnedSize } from '../image/stored-form.ts';
import { isOfShape, requireDrawn } from '../jobs/roi/class-regions.ts';
import {
  checkRegions,
  fractions,
  isPath,
  type RegionDefinition,
  type RegionDefinitions,
  sizeWritten,
} from '../jobs/roi/region-definition.ts';
import { regionOfFile } from '../jobs/roi/region-file.ts';
import type { DatasetView, DrawnRegion, RegionRemoval, RegionRequest, RegionView } from './api.ts';
import type { Datasets } from './datasets.ts';
import { definitionOf, regionProblem, shapesOf } from './drawn-regions.ts';
import { InTurn } from './in-turn.ts';
import { stateOfFiles } from './state-of-files.ts';
import type { Workspace } from './workspace.ts';

export class Regions {
  readonly #workspace: Workspace;
  readonly #datasets: Datasets;
  readonly #writing = new InTurn();

  constructor(workspace: Workspace, datasets: Datasets) {
    this.#workspace = workspace;
    this.#datasets = datasets;
  }

  /**
   * The region of a product, as it lies on one of its photographs.
   * @param image - below the data set
   * @throws as `Datasets.file`; NAME_UNUSABLE for a product
   */
  async view(name: string, product: string, image: string): Promise<RegionView> {
    const size = await this.#sizeOf(name, image);
    const path = await this.#path(name, product);
    const common = { ...size, file: this.#shown(path), seen: await stateOf(path) };
    if (common.seen === null) return { ...common, shapes: [], problem: null };
    try {
      const drawn = await shapesOn(await regionOfFile(product, path), size);
      return { ...common, ...drawn };
    } catch (error) {
      if (!(error instanceof CladError)) throw error;
      return { ...common, shapes: [], problem: error.message.replace(/\.$/, '') };
    }
  }

  /**
   * Writes the region of a product.
   * @throws as `view`; REGION_REFUSED; ROI_INVALID where a training would refuse it for its shapes
   */
  async save(name: string, { product, image, seen, shapes }: RegionRequest): Promise<RegionView> {
    return this.#writing.run(async () => {
      const path = await this.#path(name, product);
      await requireSeen(product, path, seen);
      const { problem } = await this.view(name, product, image);
      if (problem !== null) throw refusal(product, problem);
      const reason = regionProblem(shapes);
      if (reason !== undefined) throw refusal(product, problems[reason]);
      const definition = definitionOf(shapes, await this.#sizeOf(name, image));
      const checked = checkRegions({ [product]: definition })[product] as RegionDefinition;
      await requireDrawn(product, checked);
      await writeFileAtomic(path, textOf(checked, image));
      return this.view(name, product, image);
    });
  }

  /** Removes the region of a product: all of its photographs counts. @throws as `save` */
  async remove(name: string, { product, image, seen }: RegionRemoval): Promise<RegionView> {
    return this.#writing.run(async () => {
      const path = await this.#path(name, product);
      await requireSeen(product, path, seen);
      await rm(path, { force: true }).catch((error: unknown) => {
        throw asRefusal(error, path);
      });
      return this.view(name, product, image);
    });
  }

  /**
   * The regions that a training of a data set is given.
   * @param products - that it has; files of others are passed over
   * @throws what reading a region throws
   */
  async definitions(name: string, products: readonly string[]): Promise<RegionDefinitions> {
    const found: Record<string, RegionDefinition> = {};
    for (const product of products) {
      const path = await this.#pathIfAny(name, product);
      if (path !== undefined) found[product] = await regionOfFile(product, path);
    }
    return found;
  }

  /** The regions of a data set as its gallery shows them, each on a photograph of its product. */
  async drawn({ name, products, images }: Pick<DatasetView, 'name' | 'products' | 'images'>) {
    const found: Record<string, DrawnRegion> = {};
    for (const product of products) {
      const image = images.find((each) => each.product === product);
      if (!image || (await this.#pathIfAny(name, product)) === undefined) continue;
      // A photograph that cannot be read has its remark.
      const view = await this.view(name, product, image.path).catch(() => undefined);
      if (!view) continue;
      const { file, width, height, shapes } = view;
      found[product] = { file, width, height, shapes };
    }
    return found;
  }

  async #sizeOf(name: string, image: string): Promise<ImageSize> {
    return turnedSize(await storedForm(await this.#datasets.file(name, image)));
  }

  async #path(name: string, product: string): Promise<string> {
    await this.#datasets.folder(name);
    return this.#workspace.path('regions', 'product', name, `${product}.yaml`);
  }

  async #pathIfAny(name: string, product: string): Promise<string | undefined> {
    // A product of another program's data set may be called what no file here can be.
    const path = await this.#path(name, product).catch(() => undefined);
    return path !== undefined && existsSync(path) ? path : undefined;
  }

  /** From the workspace folder, with slashes. */
  #shown(path: string): string {
    return relative(this.#workspace.root, path).replaceAll('\\', '/');
  }
}

/** What is said of shapes that make no region. */
const problems = {
  'some-named': 'some shapes have a name and others none; give a name to all that are judged, or to none',
  'ignored-alone': 'a shape that is ignored has the name of a region that there is not',
} as const;

/** The file, as people write it: corners in one line. */
function textOf(definition: RegionDefinition, image: string): string {
  const document = new Document(definition);
  // In quotes, as a name of a file may have anything in it.
  document.commentBefore = ` Drawn in clad studio on ${JSON.stringify(image)}.`;
  visit(document, {
    Seq(_, list) {
      list.flow = !list.items.some(isMap);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** A region's shapes on an image, or why they cannot be shown on it. */
async function shapesOn(
  definition: RegionDefinition,
  size: ImageSize,
): Promise<Pick<RegionView, 'shapes' | 'problem'>> {
  const on = await referenceOf(definition);
  const reference = on ?? { width: 1, height: 1 };
  const shapes = shapesOf(definition, [size.width / reference.width, size.height / reference.height]);
  if (!shapes) return { shapes: [], problem: 'it has masks, which are changed in the file alone' };
  if (on && !isOfShape(size, on))
    return {
      shapes: [],
      problem: `it was drawn on ${on.width} x ${on.height} pixels, and this photograph is of other proportions, ${size.width} x ${size.height}`,
    };
  return { shapes, problem: null };
}

/** The size that a region was drawn on; undefined for fractions. */
async function referenceOf({ reference }: RegionDefinition): Promise<ImageSize | undefined> {
  if (reference === undefined || reference === fractions) return undefined;
  if (isPath(reference)) return turnedSize(await storedForm(reference));
  return sizeWritten(reference);
}

/** @throws REGION_REFUSED where the file is another than the one that the page has seen */
async function requireSeen(product: string, path: string, seen: string | null): Promise<void> {
  if ((await stateOf(path)) === seen) return;
  throw refusal(product, 'it has changed since it was opened here; open it again to see what it is now');
}

/** The state of a file; null where there is none. */
async function stateOf(path: string): Promise<string | null> {
  return stateOfFiles(existsSync(path) ? [path] : []);
}

function refusal(product: string, reason: string): CladError {
  return new CladError('REGION_REFUSED', { name: product, reason });
}
