/** Made-up photographs: as many classes as wanted, each a colour and a coarse pattern of its own, each image with noise of its own. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../dist/core/random.js';
import { writePng } from '../../dist/image/encode.js';

/** One image, as decoded. @param side - pixels */
export function madeImage(className, number, side) {
  const pattern = new Random('pattern', className);
  const cells = Array.from({ length: 64 * 3 }, () => pattern.integer(256));
  const random = new Random('picture', className, number);
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / 3);
    const [row, column] = [Math.floor(pixel / side), pixel % side];
    const cell = Math.floor((8 * row) / side) * 8 + Math.floor((8 * column) / side);
    data[at] = Math.min(255, Math.max(0, cells[3 * cell + (at % 3)] + random.integer(33) - 16));
  }
  return { width: side, height: side, data };
}

/** A data set of plain folders. @returns its folder */
export async function madeDataset(folder, classes, images, side) {
  for (let index = 0; index < classes; index++) {
    const name = `class${String(index).padStart(2, '0')}`;
    await mkdir(join(folder, name), { recursive: true });
    for (let number = 0; number < images; number++)
      await writePng(join(folder, name, `${number}.png`), madeImage(name, number, side));
  }
  return folder;
}
