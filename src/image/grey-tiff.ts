/**
 * @file A grey image of 16 bits as TIFF, with a description inside: sharp writes such images, but not their descriptions. Baseline TIFF 6.0, one strip, not compressed.
 */

const [ascii, short, long] = [2, 3, 4] as const;
const bytesOf = { [ascii]: 1, [short]: 2, [long]: 4 } as const;

/**
 * The file.
 * @param samples - row by row, one at least
 * @param description - of the tag ImageDescription; ASCII
 */
export function greyTiff(
  samples: Uint16Array,
  width: number,
  height: number,
  description: string,
): Uint8Array {
  const text = [...new TextEncoder().encode(description), 0];
  const pixels = 2 * samples.length;
  const entries: [tag: number, type: typeof ascii | typeof short | typeof long, values: number[]][] = [
    [256, long, [width]],
    [257, long, [height]],
    [258, short, [16]],
    // Not compressed.
    [259, short, [1]],
    // 0 is black.
    [262, short, [1]],
    [270, ascii, text],
    [273, long, [8]],
    [277, short, [1]],
    [278, long, [height]],
    [279, long, [pixels]],
  ];
  const directory = 8 + pixels;
  const directoryBytes = 2 + 12 * entries.length + 4;
  const file = new Uint8Array(directory + directoryBytes + text.length);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);
  samples.forEach((sample, at) => {
    view.setUint16(8 + 2 * at, sample, true);
  });
  view.setUint16(directory, entries.length, true);
  let further = directory + directoryBytes;
  entries.forEach(([tag, type, values], index) => {
    const at = directory + 2 + 12 * index;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    const fits = bytesOf[type] * values.length <= 4;
    if (!fits) view.setUint32(at + 8, further, true);
    const place = fits ? at + 8 : further;
    values.forEach((value, each) => {
      if (type === long) view.setUint32(place + 4 * each, value, true);
      else if (type === short) view.setUint16(place + 2 * each, value, true);
      else view.setUint8(place + each, value);
    });
    if (!fits) further += bytesOf[type] * values.length;
  });
  return file;
}
