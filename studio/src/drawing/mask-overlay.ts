/** @file A mask as it lies over its photograph on the screen, half clear. As many pixels are made as the place has, however large the photograph is. */
import type { Size, View } from './view.ts';

/** As on the results page. */
const colour = [0, 255, 255, 130] as const;
/** Pixels of the mask that are looked at for one of the screen, a side: thin strokes are seen from afar. */
const mostLooks = 3;

/** RGBA of the place. @param data - [height, width] of the mask */
export function maskOverlay(data: Uint8Array, { width, height }: Size, view: View, place: Size): ImageData {
  const picture = new ImageData(place.width, place.height);
  const looks = Math.min(mostLooks, Math.max(1, Math.round(1 / view.scale)));
  const columns = placesOf(view.x, view.scale, place.width, width, looks);
  const rows = placesOf(view.y, view.scale, place.height, height, looks);
  const pixels = new Uint32Array(picture.data.buffer);
  const paint = new Uint32Array(new Uint8Array(colour).buffer)[0] as number;
  for (let row = 0; row < place.height; row++)
    for (let column = 0; column < place.width; column++) {
      let inside = false;
      for (let y = row * looks; y < (row + 1) * looks && !inside; y++)
        for (let x = column * looks; x < (column + 1) * looks && !inside; x++) {
          const [from, at] = [rows[y] as number, columns[x] as number];
          inside = from >= 0 && at >= 0 && data[from * width + at] === 1;
        }
      if (inside) pixels[row * place.width + column] = paint;
    }
  return picture;
}

/** Rows or columns of the mask for those of the place, so many for each; -1 beside it. */
function placesOf(start: number, scale: number, places: number, length: number, looks: number): Int32Array {
  return Int32Array.from({ length: places * looks }, (_, at) => {
    const place = Math.floor(((at + 0.5) / looks - start) / scale);
    return place < 0 || place >= length ? -1 : place;
  });
}
