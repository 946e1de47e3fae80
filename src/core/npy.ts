/** @file NumPy's file of one array (format 1.0): `numpy.load` and whatever else reads .npy files. */

/** Length of the head in bytes is a multiple of this, so that values are aligned. */
const alignment = 64;

/** The file of float32 values, row by row, little-endian. @param shape - e.g. [height, width] */
export function npyFloat32(values: Float32Array, shape: readonly number[]): Uint8Array {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const before = 10;
  const length = Math.ceil((before + text.length + 1) / alignment) * alignment;
  const head = `${text.padEnd(length - before - 1)}\n`;
  const file = new Uint8Array(length + 4 * values.length);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const view = new DataView(file.buffer);
  view.setUint16(8, head.length, true);
  file.set(new TextEncoder().encode(head), before);
  values.forEach((value, at) => {
    view.setFloat32(length + 4 * at, value, true);
  });
  return file;
}
