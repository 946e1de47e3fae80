/** @file Products as a page gives them, made files: what is no file already becomes a PNG, which the browser may keep outside the memory of the page. */
import { having, list, requireArgument } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { type ImageSource, imageSource, toRgbImage } from '../decode-in-page.ts';
import { encodePng } from '../page-images.ts';
import type { Picture, PicturedProduct } from './teach-messages.ts';

/** A product, and pictures of good parts of it. */
export interface TaughtProduct {
  /** As verdicts will call it. */
  readonly name: string;
  /** Files, frames, canvases: what `predict` takes. Of a `<video>` it is the frame that shows when `teach` comes to it. */
  readonly pictures: readonly ImageSource[];
}

const longestName = 80;

/**
 * Checks products and makes their pictures files.
 * @param onPicture - called after each; what it throws ends the work
 * @throws ARGUMENT_INVALID, TEACH_NAME, IMAGE_INVALID
 */
export async function picturedProducts(
  products: readonly TaughtProduct[],
  onPicture: (done: number, total: number) => void,
): Promise<PicturedProduct[]> {
  requireArgument('teach', 'products', products, list(having('an object with name and pictures', {})));
  for (const [at, { pictures }] of products.entries())
    requireArgument('teach', `products[${at}].pictures`, pictures, list(imageSource));
  const names = checkedNames(products);
  const total = products.reduce((sum, { pictures }) => sum + pictures.length, 0);
  let done = 0;
  const made: PicturedProduct[] = [];
  for (const [at, { pictures }] of products.entries()) {
    const taken = new Set<string>();
    const own: Picture[] = [];
    for (const [number, source] of pictures.entries()) {
      const file = source instanceof Blob ? source : await asFile(source);
      own.push({ name: freeName(source, number, taken), file });
      onPicture(++done, total);
    }
    made.push({ name: names[at] as string, pictures: own });
  }
  return made;
}

/** Names in Unicode form NFC, as `clad train` has those of folders. @throws TEACH_NAME */
function checkedNames(products: readonly TaughtProduct[]): string[] {
  if (products.length === 0)
    throw new CladError('ARGUMENT_INVALID', {
      of: 'teach',
      argument: 'products',
      expected: 'at least one product',
      actual: 'an empty list',
    });
  const seen = new Set<string>();
  return products.map((product, at) => {
    const refuse = (reason: string, expected: string, name: string) =>
      new CladError('TEACH_NAME', { name, reason, expected });
    if (typeof product.name !== 'string' || product.name.trim() === '')
      throw refuse('it has no name', 'a text', `${at + 1} of ${products.length}`);
    const name = product.name.normalize('NFC').trim();
    if (name.length > longestName)
      throw refuse('its name is too long', `at most ${longestName} characters`, `${name.slice(0, 20)}...`);
    // Folders and files of the commands are called so.
    if (/[/\\\p{Cc}]/u.test(name) || /^\.+$/.test(name))
      throw refuse('its name cannot be that of a folder', 'no slash, backslash or control character', name);
    const key = name.toLowerCase();
    if (seen.has(key))
      throw refuse(
        'its name stands twice',
        'a name of its own for each, by more than upper and lower case',
        name,
      );
    seen.add(key);
    return name;
  });
}

async function asFile(source: Exclude<ImageSource, Blob>): Promise<Blob> {
  const png = await encodePng(await toRgbImage(source));
  return new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}

/** The file's own name, or a number; another where it is taken. */
function freeName(source: ImageSource, number: number, taken: Set<string>): string {
  const own = source instanceof File ? source.name.replaceAll(/[/\\\p{Cc}]/gu, '_') : '';
  const whole = own || `picture-${String(number + 1).padStart(4, '0')}.png`;
  const dot = whole.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [whole.slice(0, dot), whole.slice(dot)] : [whole, ''];
  let name = whole;
  for (let copy = 2; taken.has(name.normalize('NFC')); copy++) name = `${stem}-${copy}${ending}`;
  taken.add(name.normalize('NFC'));
  return name;
}
