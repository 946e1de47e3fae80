/** @file `clad predict --coco`: regions as COCO JSON, for labelling tools. Regions are written as they come; of each image a line is kept until the end. */
import { asOneRing, polygonArea } from '../../core/polygons.ts';
import type { Share } from '../../core/share.ts';
import type { AnomalousRegion } from '../../detector/heat/map-regions.ts';
import type { Prediction } from '../../detector/prediction.ts';
import type { ImageSize } from '../../image/limits.ts';
import { GrowingFile } from '../growing-file.ts';
import { version } from '../version.ts';

/** One file. Identifiers of images and regions are those of the share, so that the lists of all shares may be joined. */
export class CocoResults {
  readonly #file: GrowingFile;
  readonly #classes: readonly string[];
  readonly #share: Share;
  readonly #images: string[] = [];
  #regions = 0;

  private constructor(file: GrowingFile, classes: readonly string[], share: Share) {
    this.#file = file;
    this.#classes = classes;
    this.#share = share;
  }

  /** @param classes - `metadata.classes`, whose order is that of the categories @throws FILE_REFUSED */
  static async open(path: string, classes: readonly string[], share: Share): Promise<CocoResults> {
    const info = { description: 'Anomalous regions found by clad', version };
    const categories = classes.map((name, at) => ({ id: at + 1, name, supercategory: 'anomaly' }));
    const file = await GrowingFile.open(path);
    await file.write(
      `{"info":${JSON.stringify(info)},"licenses":[],\n"categories":${JSON.stringify(categories)},\n"annotations":[`,
    );
    return new CocoResults(file, classes, share);
  }

  /**
   * @param at - of the image within the share, from 0; images that could not be predicted have a number too
   * @param name - of its file
   * @throws FILE_REFUSED
   */
  async add(at: number, name: string, size: ImageSize, prediction: Prediction): Promise<void> {
    const { class: className, score, threshold, verdict, decision, regions } = prediction;
    const id = this.#identifier(at);
    const file_name = name.replaceAll('\\', '/');
    this.#images.push(
      JSON.stringify({ id, file_name, ...size, class: className, score, threshold, verdict, decision }),
    );
    const category_id = this.#classes.indexOf(className) + 1;
    for (const region of regions) {
      const number = this.#regions++;
      const annotation = { id: this.#identifier(number), image_id: id, category_id, ...shapeOf(region) };
      await this.#file.write(`${number === 0 ? '\n' : ',\n'}${JSON.stringify(annotation)}`);
    }
  }

  /** @throws FILE_REFUSED */
  async finish(): Promise<void> {
    await this.#file.write('],\n"images":[\n');
    for (const [at, line] of this.#images.entries())
      await this.#file.write(`${line}${at + 1 < this.#images.length ? ',\n' : ''}`);
    await this.#file.write(']}\n');
    await this.#file.finish();
  }

  discard(): void {
    this.#file.discard();
  }

  /** That of the `at`-th of the share, dealt like cards; from 1. */
  #identifier(at: number): number {
    return at * this.#share.count + this.#share.index + 1;
  }
}

/** Box and area are the polygon's own, as COCO has them. A hole is reached by a cut, for readers that would fill it. */
function shapeOf({ polygon, peak }: AnomalousRegion): object {
  const [outer = []] = polygon;
  const xs = outer.map(([x]) => x);
  const ys = outer.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const cents = (value: number) => Math.round(100 * value) / 100;
  return {
    bbox: [left, top, cents(Math.max(...xs) - left), cents(Math.max(...ys) - top)],
    area: cents(polygonArea(polygon)),
    segmentation: [asOneRing(polygon).flat().map(cents)],
    iscrowd: 0,
    score: peak,
  };
}
