/** @file A detector's metadata: what is written is read, and whatever else is there is refused with a sentence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CladError } from '../../../src/core/errors.ts';
import { type DetectorMetadata, metadataKey, parseMetadata } from '../../../src/detector/metadata.ts';
import { decodeMetadata, Graph, mul } from '../../../src/graph/index.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';

const metadata: DetectorMetadata = {
  ...madeMetadata,
  classes: ['bolt', 'Münze "5"'],
  provenance: {
    ...madeMetadata.provenance,
    data: {
      ...madeMetadata.provenance.data,
      trainingImages: { bolt: 80, 'Münze "5"': 3 },
      heldOutImages: { bolt: 19 },
    },
    textures: 'the built-in generator',
    changes: { 'losses.gamma': 1, 'features.layers': ['layer1'] },
  },
};

/** Metadata through the bytes of an ONNX file. */
function throughFile(text: string) {
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [1]), 2));
  return parseMetadata(decodeMetadata(graph.toBytes({ [metadataKey]: text, other: 'entry' })), 'part.onnx');
}

function refusal(text: string): CladError {
  try {
    throughFile(text);
  } catch (error) {
    if (error instanceof CladError) return error;
    throw error;
  }
  return expect.unreachable('it was taken');
}

const changed = (change: (copy: Record<string, never>) => void) => {
  const copy = structuredClone(metadata) as unknown as Record<string, never>;
  change(copy);
  return JSON.stringify(copy);
};

describe('metadata', () => {
  it('is read from the file as it was written', () => {
    expect(throughFile(JSON.stringify(metadata))).toEqual(metadata);
  });

  it.each([3, 0, -2])(
    'of a region that follows the part is read as written, with a margin of %i cells',
    (margin) => {
      const follows = { ground: 5, dense: 0.4, wide: 0.2, open: 2, holes: 1, least: 0.1, most: 0.4, margin };
      const bolt = { share: 0.25, runs: [0, 48], follows };
      const all = { ...metadata, regionsOfInterest: { bolt } };
      expect(throughFile(JSON.stringify(all))).toEqual(all);
    },
  );

  it('of any names and numbers is read as written', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (classes, number) => {
          const threshold = { threshold: number, achievableRate: 0.5, requestedRate: 0.01, count: 1 };
          const all = {
            ...metadata,
            classes,
            thresholds: Object.fromEntries(classes.map((each) => [each, threshold])),
          };
          expect(throughFile(JSON.stringify(all))).toEqual(JSON.parse(JSON.stringify(all)));
        },
      ),
    );
  });

  it('without the entry is refused as no detector', () => {
    expect(() => parseMetadata({ other: 'entry' }, 'part.onnx')).toThrow(
      'part.onnx: this is no usable detector: it is an ONNX file but no detector made by clad. Expected a file written by `clad train`, `clad export` or `clad calibrate`.',
    );
  });

  it.each([
    ['', /no JSON/],
    ['{"format": 1', /no JSON/],
    ['null', /not as expected/],
    ['[]', /not as expected/],
    ['"text"', /not as expected/],
    [
      changed((copy) => Object.assign(copy, { format: 1 })),
      /it is of format 1, of an earlier version of clad, and this version reads format 3; train it again/,
    ],
    [
      changed((copy) => Object.assign(copy, { format: 2, geometry: { size: 224, resizeTo: null } })),
      /it is of format 2, of an earlier version of clad, .*; train it again/,
    ],
    [
      changed((copy) => Object.assign(copy, { format: 4 })),
      /it is of format 4, of a later version of clad, .*; use that version, or update this one/,
    ],
    [changed((copy) => Object.assign(copy, { format: '3' })), /not as expected: format/],
    [changed((copy) => Object.assign(copy, { classes: [] })), /not as expected: classes/],
    [changed((copy) => Object.assign(copy, { classes: 'bolt' })), /not as expected: classes/],
    [changed((copy) => Object.assign(copy, { geometry: { width: -1, height: 8 } })), /geometry\.width/],
    [changed((copy) => Object.assign(copy, { geometry: { width: 8, height: 1e300 } })), /geometry\.height/],
    [
      changed((copy) => Object.assign(copy, { thresholds: { bolt: { threshold: '1' } } })),
      /thresholds\.bolt\.threshold/,
    ],
    [
      changed((copy) => Object.assign(copy, { display: { bolt: { low: null, high: 1 } } })),
      /display\.bolt\.low/,
    ],
    [changed((copy) => Object.assign(copy, { provenance: undefined })), /provenance/],
    ['['.repeat(20_000), /no JSON/],
  ])('%.60s is refused in a sentence that names the file', (text, reason) => {
    const error = refusal(text);
    expect(error.code).toBe('DETECTOR_INVALID');
    expect(error.message).toMatch(/^part\.onnx: this is no usable detector: /);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toMatch(/\n/);
  });

  it('of any JSON is read or refused, and never changes prototypes of objects', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(refusal(text).code).toBe('DETECTOR_INVALID');
      }),
    );
    const hostile = `{"__proto__": {"polluted": 1}, ${JSON.stringify(metadata).slice(1)}`;
    const read = throughFile(hostile) as unknown as Record<string, unknown>;
    expect(read.polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
