/** @file Metadata of ONNX files, by a reader without a protobuf library, against the library's writer. */
import { describe, expect, it } from 'vitest';
import { decodeMetadata, encodeModel, Graph, mul } from '../../../src/graph/index.ts';

function file(metadata: Record<string, string>, weights = 4): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [weights]);
  graph.output('y', mul(x, graph.constant('w', new Float32Array(weights).fill(1.5), [weights])));
  return graph.toBytes(metadata);
}

describe('decodeMetadata', () => {
  it.each([
    ['nothing', {}],
    ['entries, an empty one among them', { first: 'one', second: '' }],
    ['text beyond ASCII and beyond one byte of length', { clé: 'Zähler ☃ '.repeat(300) }],
  ])('reads %s', (_, metadata: Record<string, string>) => {
    expect(decodeMetadata(file(metadata))).toEqual(metadata);
  });

  it('skips weights of any size', () => {
    expect(decodeMetadata(file({ key: 'value' }, 100_000))).toEqual({ key: 'value' });
  });

  it('takes the last of two equal keys, as protobuf maps do', () => {
    const entries = [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ];
    const bytes = encodeModel({ irVersion: 8, graph: {}, opsetImport: [], metadataProps: entries });
    expect(decodeMetadata(bytes)).toEqual({ a: '2' });
  });

  it('refuses files that are cut, and files of other formats', () => {
    const bytes = file({ key: 'value' });
    expect(() => decodeMetadata(bytes.subarray(0, bytes.length - 3))).toThrow('the file is truncated');
    expect(() => decodeMetadata(new TextEncoder().encode('{"key": "value"}'))).toThrow();
    expect(() => decodeMetadata(new Uint8Array(20).fill(0xff))).toThrow('it is no protobuf message');
  });
});
