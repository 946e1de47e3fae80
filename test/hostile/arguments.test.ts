/** @file Wrong arguments of the library's public functions: a sentence with a code, never an error of the language, never a silent answer. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import * as library from '../../src/index.ts';
import { cladPresets } from '../../src/methods/clad/clad-options.ts';
import { rounds } from '../helpers/hostile.ts';

const { CladError } = library;
const functions: Readonly<Record<string, unknown>> = { ...library };
const image = { width: 2, height: 1, data: new Uint8Array(6) };
const metadata = {
  classes: ['nut'],
  geometry: { width: 4, height: 4 },
  thresholds: { nut: { threshold: 3, achievableRate: 0.02, requestedRate: 0.02, count: 50 } },
  display: { nut: { low: 2, high: 4, top: 8 } },
} as unknown as library.DetectorMetadata;
const prediction: library.PredictionWithMap = {
  class: 'nut',
  classShare: 1,
  classShares: { nut: 1 },
  recognised: null,
  score: 5,
  threshold: 3,
  margin: 2,
  verdict: 'anomalous',
  decision: 'reject',
  regions: [],
  map: new Float32Array(16).fill(5),
  warnings: [],
};
const nowhere = '/nowhere/at/all';

/** Nobody's argument of any function below. */
const wrong: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -1,
  () => true,
  () => '',
  () => [],
  () => [undefined],
  () => ({}),
  () => ({ width: 2, height: 1 }),
  () => ({ width: 2, height: 1, data: new Uint8Array(5) }),
  () => ({ width: 1.5, height: 2, data: new Uint8Array(9) }),
  () => ({ width: 0, height: 0, data: new Uint8Array(0) }),
  () => ({ width: 2, height: 1, data: [0, 0, 0, 0, 0, 0] }),
  () => ({ width: 2, height: 1, data: new Float32Array(6) }),
  () => new Date(),
  () => new Map(),
  () => Symbol('x'),
  () => 12n,
  () => () => 1,
  () => Promise.resolve(image),
  () => Object.create(null) as object,
];

interface Call {
  readonly of: string;
  readonly arguments: readonly unknown[];
  readonly call: (...given: never[]) => unknown;
  /** Arguments that may be left out. */
  readonly optional: readonly number[];
}

let engine: library.Engine;
beforeAll(async () => {
  engine = await library.nodeEngine({ threads: 1 });
});

const call = (
  of: keyof typeof library,
  given: readonly unknown[],
  optional: readonly number[] = [],
): Call => ({
  of,
  arguments: given,
  call: functions[of] as never,
  optional,
});

function calls(): Call[] {
  const detector = { metadata } as library.Detector;
  const request = { run: nowhere };
  const train = {
    data: nowhere,
    out: `${nowhere}/run`,
    backbone: 'builtin',
    method: 'clad',
    preset: 'fast',
    options: cladPresets.fast,
  };
  return [
    call('inspectDataset', [nowhere, {}], [1]),
    call('loadDataset', [nowhere, {}], [1]),
    call('conformalThreshold', [[1, 2, 3], 0.1]),
    call('heatImage', [detector, image, prediction]),
    call('openDetector', [engine, nowhere]),
    call('evaluationTable', [{ classes: {}, mean: {} }]),
    call('textTable', [{ header: ['a'], rows: [['b']] }]),
    call('markdownTable', [{ header: ['a'], rows: [['b']] }]),
    call('loadBackbone', ['builtin', {}, engine], [1, 2]),
    call('addBackbone', [nowhere, {}], [1]),
    call('verifyBackbone', [nowhere, engine], [1]),
    call('decodeBytes', [new Uint8Array(3), 'x.png', {}], [2]),
    call('decodeImage', [nowhere]),
    call('decodeMask', [nowhere]),
    call('writePng', [`${nowhere}/x.png`, image]),
    call('calibrateDetector', [{ ...request, good: [nowhere], anomalous: [], out: nowhere, minImages: 10 }]),
    call('addImages', [{ ...request, images: [nowhere] }]),
    call('lowerThresholds', [{ ...request, missed: [nowhere] }]),
    call('removeClass', [{ ...request, class: 'bolt' }]),
    call('excludeImages', [{ ...request, exclude: [nowhere] }]),
    call('detectorHistory', [nowhere]),
    call('evaluateRun', [request]),
    call('evaluateWithReport', [request]),
    call('reportTraining', [request]),
    call('exportDetector', [
      { ...request, precision: 'fp32', to: 'onnx', out: nowhere, images: 0, triton: { maxBatch: 1 } },
    ]),
    call('verifyDetector', [request]),
    call('planTraining', [train]),
    call('train', [train]),
    call('predictTargets', [[nowhere]]),
    call('nodeEngine', [{}], [0]),
    {
      of: 'predictImages',
      arguments: [detector, [{ path: nowhere, mapName: 'x.png' }]],
      call: collected as never,
      optional: [],
    },
    {
      of: 'Detector.fromBytes',
      arguments: [engine, new Uint8Array(3), 'x.onnx'],
      call: library.Detector.fromBytes as never,
      optional: [],
    },
    {
      of: 'Evaluator.add',
      arguments: [{ className: 'nut', anomalous: true, mask: null, prediction: { score: 1, map: null } }],
      call: ((given: library.EvaluatedImage) => new library.Evaluator().add(given)) as never,
      optional: [],
    },
  ];
}

async function collected(detector: library.Detector, targets: never): Promise<unknown[]> {
  const lines = [];
  for await (const line of library.predictImages(detector, targets)) lines.push(line);
  return lines;
}

async function thrownBy(
  { call, arguments: given }: Pick<Call, 'call' | 'arguments'>,
  at: number,
  value: unknown,
): Promise<unknown> {
  try {
    await call(...(given.map((each, index) => (index === at ? value : each)) as never[]));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** An object without any option is as good as none. */
function isEmptyOptions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === 0 && !(value instanceof Promise);
}

describe('wrong arguments of the library', () => {
  it('are refused in a sentence that names the function and the argument', async () => {
    let tried = 0;
    for (const each of calls())
      for (const at of each.arguments.keys())
        for (const value of wrong) {
          const given = value();
          if (each.optional.includes(at) && (given === undefined || isEmptyOptions(given))) continue;
          const error = await thrownBy(each, at, given);
          const what = `${each.of}, argument ${at}: ${Object.prototype.toString.call(given)} ${String(error)}`;
          // No paths, nothing to do.
          if (error === undefined && Array.isArray(given) && given.length === 0) {
            expect(['predictTargets', 'predictImages'], what).toContain(each.of);
            continue;
          }
          expect(error, what).toBeInstanceOf(CladError);
          expect((error as library.CladError).kind, what).toBe('input');
          expect((error as Error).message, what).not.toMatch(/Cannot read|is not a function|\{\w+\}/);
          tried++;
        }
    expect(tried).toBeGreaterThan(800);
  });

  it('are refused in the fields of a request, and an unknown field is named', async () => {
    const random = new Random('wrong fields');
    const requests = calls().filter(({ of }) =>
      /^(calibrateDetector|addImages|lowerThresholds|removeClass|excludeImages|evaluate(Run|With)|reportTraining|exportDetector|verifyDetector|planTraining|train)/.test(
        of,
      ),
    );
    expect(requests).toHaveLength(12);
    for (const round of rounds(200, 4000)) {
      const each = random.pick(requests);
      const [request] = each.arguments as [Record<string, unknown>];
      const field = random.pick(Object.keys(request));
      const value = random.pick(wrong)();
      const error = await thrownBy(each, 0, { ...request, [field]: value });
      expect(error, `round ${round}: ${each.of} ${field}: ${String(error)}`).toBeInstanceOf(CladError);
    }
    for (const each of requests) {
      const [request] = each.arguments as [Record<string, unknown>];
      const error = await thrownBy(each, 0, { ...request, falseAlarmrate: 0.01 });
      expect((error as Error).message).toMatch(
        /^Unknown option falseAlarmrate in \w+\(request\)\. (Did you mean \w+\? )?Known options: /,
      );
    }
  });

  it('are quoted in the message as they were given', async () => {
    const wrongly = library as unknown as Record<string, (...given: unknown[]) => unknown>;
    const message = async (name: string, ...given: readonly unknown[]) => {
      const error = await thrownBy({ call: wrongly[name] as never, arguments: given }, -1, undefined);
      return (error as Error).message;
    };
    expect(await message('decodeImage')).toBe(
      'decodeImage: expected path to be a path, as a text, got undefined.',
    );
    expect(await message('heatImage', { metadata }, Promise.resolve(image), prediction)).toBe(
      'heatImage: expected image to be an image of 8-bit RGB: width and height in whole pixels, and data, width * height * 3 bytes as a Uint8Array, got a promise; await it first.',
    );
    expect(await message('evaluateRun', 'runs/parts')).toBe(
      'evaluateRun: expected request to be an object of named options, got the text "runs/parts".',
    );
    const other = { ...prediction, map: new Float32Array(9) };
    expect(await message('heatImage', { metadata }, image, other)).toBe(
      'heatImage: expected prediction.map to be an anomaly map of 4 x 4 values, as a Float32Array, got Float32Array of 9.',
    );
  });
});
