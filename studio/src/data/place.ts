/** @file Where a file belongs in a data set, by its path. Pure. */
import type { UploadQuery } from '../../../src/studio/api.ts';

/** Where a file belongs in a data set. */
export type Place = Pick<UploadQuery, 'product' | 'place' | 'kind' | 'file'>;

const images = /\.(png|jpe?g|webp|bmp|tiff?)$/i;
/** What systems put beside people's files. */
const ofSystems = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/i;

export function isImage(path: string): boolean {
  return images.test(path) && !ofSystems.test(path);
}

/** Whether somebody would miss a file that is passed over. */
export function isTold(path: string): boolean {
  return !ofSystems.test(path);
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Where the folders of a file say it belongs, as in MVTec AD: `<product>/train/good/x.png` and the like; undefined where they do not. */
export function placeOf(path: string): Place | undefined {
  const steps = path.split('/');
  const [product, split, kind, file] = steps.slice(-4);
  if (steps.length < 4 || !product || !kind || !file) return undefined;
  if (split === 'train') return kind === 'good' ? { product, place: 'train', kind, file } : undefined;
  if (split === 'test') return { product, place: 'test', kind, file };
  if (split === 'ground_truth') return { product, place: 'mask', kind, file };
  return undefined;
}

/** What folders are called that say how parts are, and not which. */
const saysGood: ReadonlySet<string> = new Set(['good', 'ok', 'io', 'normal', 'pass', 'passed']);
const saysBad: ReadonlySet<string> = new Set(
  'bad ng nok nio nogood defect defects defective anomaly anomalous abnormal reject rejected fail failed faulty broken'.split(
    ' ',
  ),
);

/**
 * Where a file belongs whose folder says how its part is, as `bottle/good/x.png` or `bad/y.png`: good ones to learn from, others to test with. The product
 * is the folder above, or empty; undefined where the folder does not say.
 */
export function judgedPlace(path: string): Place | undefined {
  const [product = '', kind = '', file = ''] = ['', '', ...path.split('/')].slice(-3);
  const word = kind.toLowerCase().replaceAll(/[\s_-]/g, '');
  if (saysGood.has(word)) return { product, place: 'train', kind: 'good', file };
  return saysBad.has(word) ? { product, place: 'test', kind, file } : undefined;
}

/** The folder that a file lies in, where all lie in folders. */
export function folderOf(path: string): string | undefined {
  return path.split('/').at(-2);
}

/** Images that were given another name, as theirs was taken: their ground truth is called after them. */
export class Renamed {
  readonly #stems = new Map<string, string>();

  /** @param path - that an image was given */
  note({ product, place, kind, file }: Place, path: string): void {
    if (place === 'test' && fileName(path) !== file)
      this.#stems.set([product, kind, stemOf(file)].join('/'), stemOf(fileName(path)));
  }

  /** A mask's place, by the name that its image has now; other places as they are. */
  maskOf(place: Place): Place {
    if (place.place !== 'mask') return place;
    const { product, kind, file } = place;
    const stem = this.#stems.get([product, kind, stemOf(file).replace(/_mask$/, '')].join('/'));
    return stem === undefined ? place : { ...place, file: `${stem}_mask${file.slice(stemOf(file).length)}` };
  }
}

function stemOf(file: string): string {
  return file.replace(/\.[^.]*$/, '');
}
