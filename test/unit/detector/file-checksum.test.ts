/** @file Whatever happens to a detector file, the file itself says that it happened; one of before checksums is read and known as such. */
import { describe, expect, it } from 'vitest';
import { detectorBytes } from '../../../src/detector/detector-bytes.ts';
import { checksumKey, readDetector } from '../../../src/detector/file-checksum.ts';
import { metadataKey } from '../../../src/detector/metadata.ts';
import { decodeMetadata, decodeModel, encodeModel, Graph, mul } from '../../../src/graph/index.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';

const graph = new Graph();
graph.output('y', mul(graph.input('x', 'float32', [1]), 2));
const file = detectorBytes(graph.toModel({ other: 'entry' }), madeMetadata);
const read = (bytes: Uint8Array) => readDetector(bytes, 'part.onnx');
const refusal = { code: 'DETECTOR_INVALID', message: expect.stringMatching(/^part\.onnx: /) };

/** Expects one sentence that names the file. */
function expectRefusal(bytes: Uint8Array, what: string): void {
  let thrown: unknown;
  try {
    read(bytes);
  } catch (error) {
    thrown = error;
  }
  expect(thrown, what).toMatchObject(refusal);
}

describe('a detector file', () => {
  it('names its program and ends with its checksum', () => {
    expect(read(file)).toEqual({ metadata: { ...madeMetadata, checksum: 'crc32' }, checked: true });
    const entries = decodeMetadata(file);
    expect(Object.keys(entries)).toEqual(['other', metadataKey, checksumKey]);
    expect(Buffer.from(file.subarray(-8)).toString()).toBe(entries[checksumKey]);
  });

  it('computes the same as without a checksum', () => {
    const network = (bytes: Uint8Array) => encodeModel({ ...decodeModel(bytes), metadataProps: [] });
    expect(network(file)).toEqual(network(graph.toBytes()));
  });

  it('with any one bit changed is refused, in its checksum too', () => {
    for (let bit = 0; bit < 8 * file.length; bit++) {
      const damaged = file.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expectRefusal(damaged, `bit ${bit} of ${8 * file.length}`);
    }
  });

  it('cut off anywhere, or grown by anything, is refused', () => {
    for (let length = 0; length < file.length; length++)
      expectRefusal(file.subarray(0, length), `${length} bytes`);
    const entry = file.subarray(-24);
    const harmless = encodeModel({ irVersion: 8, graph: {}, opsetImport: [], metadataProps: [] });
    for (const more of [Uint8Array.of(0), Uint8Array.of(0, 0), entry, harmless])
      expectRefusal(Buffer.concat([file, more]), `${more.length} more`);
  });

  it('whose checksum was taken away, or that another program wrote again, is refused', () => {
    expectRefusal(file.subarray(0, -24), 'without');
    const again = decodeModel(file);
    expectRefusal(encodeModel({ ...again, producerName: 'another' }), 'rewritten');
    const others = (again.metadataProps ?? []).filter(({ key }) => key !== checksumKey);
    expectRefusal(encodeModel({ ...again, metadataProps: others }), 'rewritten without');
  });

  it('that is made from another has a checksum of its own', () => {
    const made = detectorBytes(decodeModel(file), { ...read(file).metadata, created: 'later' });
    expect(read(made)).toMatchObject({ metadata: { created: 'later' }, checked: true });
    expect(Object.keys(decodeMetadata(made))).toEqual(['other', metadataKey, checksumKey]);
  });

  it('of a version before checksums is read, and reported as unchecked', () => {
    const older = graph.toBytes({ [metadataKey]: JSON.stringify(madeMetadata) });
    expect(read(older)).toEqual({ metadata: madeMetadata, checked: false });
  });
});
