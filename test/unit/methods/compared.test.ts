/** @file The methods CLAD is compared with, each formula against the same written out in plain loops. */
import { describe, expect, it } from 'vitest';
import { checkOptions } from '../../../src/core/options.ts';
import { Random } from '../../../src/core/random.ts';
import { gradients, type Tensor } from '../../../src/graph/index.ts';
import { type Centres, crasModel, crasNetworks, firstValues } from '../../../src/methods/cras/cras.ts';
import { crasPresets } from '../../../src/methods/cras/cras-options.ts';
import { glassNetworks } from '../../../src/methods/glass/glass.ts';
import { glassPresets } from '../../../src/methods/glass/glass-options.ts';
import { patchcoreModel, requireFits } from '../../../src/methods/patchcore/patchcore.ts';
import { methods } from '../../../src/methods/registry.ts';
import type { PatchNetworks } from '../../../src/methods/shared/patch-networks.ts';
import { simplenetNetworks } from '../../../src/methods/simplenet/simplenet.ts';
import { simplenetPresets } from '../../../src/methods/simplenet/simplenet-options.ts';
import type { Parameters } from '../../../src/nn/parameters.ts';
import { type Fed, runGraph } from '../../helpers/run-graph.ts';

const random = new Random('compared methods');
const normals = (count: number, scale = 1) =>
  Float32Array.from({ length: count }, () => scale * random.normal());
type Row = readonly number[];
const rowsOf = (data: ArrayLike<number>, width: number): Row[] =>
  Array.from({ length: data.length / width }, (_, row) =>
    Array.from({ length: width }, (_, at) => data[row * width + at]!),
  );
const away = (a: Row, b: Row) => Math.hypot(...a.map((value, at) => value - b[at]!));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const softplus = (x: number) => Math.log1p(Math.exp(x));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('presets', () => {
  it.each([...methods])(
    'of %s are valid options, and begin with the quickest',
    (name, { presets, options }) => {
      expect(Object.keys(presets)[0]).toBe(name === 'clad' ? 'instant' : 'fast');
      for (const values of Object.values(presets)) expect(checkOptions(options, values)).toEqual(values);
    },
  );

  it.each([...methods])(
    'of %s are options of that method alone: another one is refused',
    (_, { options }) => {
      for (const foreign of methods.values()) {
        const own = foreign.options === options;
        for (const values of Object.values(foreign.presets))
          expect(options.safeParse(values).success, foreign.name).toBe(own);
      }
    },
  );
});

describe('PatchCore', () => {
  const [width, patches, images, entries] = [5, 7, 3, 12];
  const features = normals(images * patches * width, 2);
  const bank = normals(entries * width);
  const entryRows = rowsOf(bank, width);
  const entryClasses = Array.from({ length: entries }, (_, entry) => Math.floor(entry / 6));

  it.each([1, 4])(
    'scores patches by the nearest entry, images by Eq. 7 with %d neighbours',
    async (neighbours) => {
      const norms = Float32Array.from(entryRows, (row) => Math.hypot(...row) ** 2);
      const model = patchcoreModel(
        {
          entries: { shape: [entries, width], data: bank },
          norms: { shape: [entries], data: norms },
          entryClasses,
          entryImages: entryRows.map((_, entry) => entry % 4),
        },
        neighbours,
        2,
      );
      const found = await runGraph(
        { x: { data: features, shape: [images * patches, width] } },
        (graph, { x }) => {
          const { score, shares, imageScore } = model(graph, x!, patches);
          const own = graph.constant('own', [2], [1], 'int64');
          const calibrating = model(graph, x!, patches, own);
          return {
            score,
            shares,
            imageScore: imageScore!,
            calibrating: calibrating.score,
            calibratingScore: calibrating.imageScore!,
          };
        },
      );
      const rows = rowsOf(features, width);
      const nearestOf = (some: typeof entryRows) =>
        rows.map((row) => Math.min(...some.map((entry) => away(row, entry))));
      const distances = nearestOf(entryRows);
      distances.forEach((value, at) => {
        expect(found.score!.data[at]).toBeCloseTo(value, 4);
      });
      const others = entryRows.filter((_, entry) => entry % 4 !== 2);
      nearestOf(others).forEach((value, at) => {
        expect(found.calibrating!.data[at]).toBeCloseTo(value, 4);
      });
      // Eq. 7 over some of the entries.
      const scoreOf = (some: typeof entryRows, image: number) => {
        const of = nearestOf(some).slice(image * patches, (image + 1) * patches);
        const highest = Math.max(...of);
        const patch = rows[image * patches + of.indexOf(highest)]!;
        const entry = some.find((row) => Math.abs(away(row, patch) - highest) < 1e-9)!;
        const around = some.toSorted((a, b) => away(a, entry) - away(b, entry)).slice(0, neighbours);
        const total = around.reduce((sum, row) => sum + Math.exp(away(row, patch)), 0);
        return neighbours === 1 ? highest : (1 - Math.exp(highest) / total) * highest;
      };
      for (let image = 0; image < images; image++) {
        expect(found.imageScore!.data[image]).toBeCloseTo(scoreOf(entryRows, image), 4);
        expect(found.calibratingScore!.data[image]).toBeCloseTo(scoreOf(others, image), 4);
        const shares = found.shares!.data.slice(image * 2, image * 2 + 2);
        expect(shares[0]! + shares[1]!).toBeCloseTo(1, 5);
      }
    },
  );
});

describe('a memory bank', () => {
  it('that is too large for an ONNX file is refused before it is chosen: a tenth of VisA, not of MVTec AD', () => {
    const tenth = (images: number) => Math.round(0.1 * images * 28 * 28);
    expect(() => requireFits(tenth(8659), 1024)).toThrow(/at most 415039 .*got 678866/);
    requireFits(tenth(3629), 1024);
  });
});

/** Losses of one step of networks on a batch. */
async function losses(
  networks: PatchNetworks,
  parameters: Parameters,
  batch: Record<string, Fed>,
  rows: Rows,
) {
  const values = Object.fromEntries(Object.entries(batch).filter(([name]) => name !== 'classes'));
  const classes = batch.classes;
  const found = await runGraph(values, (graph, inputs) => {
    const tensors = Object.fromEntries(
      Object.entries(parameters).map(([name, { data, shape }]) => [name, graph.constant(name, data, shape)]),
    );
    const fed: Record<string, Tensor> = { ...inputs };
    if (classes) fed.classes = graph.constant('classes', Array.from(classes.data), classes.shape, 'int64');
    const made = networks.stages[0]!.step(rows)(tensors, fed).losses;
    // Under other names than the inputs have.
    return Object.fromEntries(Object.entries(made).map(([name, loss]) => [`loss.${name}`, loss]));
  });
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name.slice('loss.'.length), data[0]!]),
  );
}
type Rows = { readonly normal: number; readonly local: number; readonly global: number };

const matrix = (
  x: readonly Row[],
  { data, shape }: Parameters[string],
  bias?: ArrayLike<number>,
): number[][] => {
  const [outputs, inputs] = shape as [number, number];
  return x.map((row) =>
    Array.from({ length: outputs }, (_, output) =>
      row.reduce((sum, value, input) => sum + value * data[output * inputs + input]!, bias?.[output] ?? 0),
    ),
  );
};
/** Batch norm by the rows' own statistics, and LeakyReLU. */
function normalised(x: readonly Row[]): number[][] {
  const width = x[0]!.length;
  const means = Array.from({ length: width }, (_, at) => mean(x.map((row) => row[at]!)));
  const variances = means.map((centre, at) => mean(x.map((row) => (row[at]! - centre) ** 2)));
  return x.map((row) =>
    row.map((value, at) => {
      const standard = (value - means[at]!) / Math.sqrt(variances[at]! + 1e-5);
      return standard > 0 ? standard : 0.2 * standard;
    }),
  );
}
/** A discriminator in training: hidden layers, then one output. */
function scored(x: readonly Row[], parameters: Parameters): number[] {
  let rows = x.map((row) => [...row]);
  for (let position = 0; parameters[`discriminator.${position + 3}.weight`]; position += 3)
    rows = normalised(matrix(rows, parameters[`discriminator.${position}.weight`]!));
  const last = Math.max(
    ...Object.keys(parameters).flatMap((name) => {
      const match = /^discriminator\.(\d+)\.weight$/.exec(name);
      return match && Number(match[1]) % 3 === 0 ? [Number(match[1])] : [];
    }),
  );
  return matrix(rows, parameters[`discriminator.${last}.weight`]!).map(([value]) => value!);
}

const width = 6;
const rows: Rows = { normal: 10, local: 0, global: 8 };
const normal = normals(rows.normal * width);
const draws = normals(rows.global * width);
const options = glassPresets.fast;
/** GLASS, with other ascents than its own. */
const glassWith = (ascent: Partial<typeof options.globalAnomalies>) =>
  glassNetworks({ ...options, globalAnomalies: { ...options.globalAnomalies, ...ascent } }, width, 0.4);
const batch = {
  normal: { data: normal, shape: [rows.normal, width] },
  noise: { data: draws, shape: [rows.global, width] },
};

/** The total loss's slope by 36 values of a parameter, and the same by central differences. */
async function slopes(
  networks: PatchNetworks,
  parameters: Parameters,
  batch: Record<string, Fed>,
  of: Rows,
  name: string,
) {
  const { shape, data } = parameters[name]!;
  const found = await runGraph({ ...batch, weight: { data, shape } }, (graph, { weight, ...fed }) => {
    const tensors = Object.fromEntries(
      Object.entries(parameters).map(([each, value]) => [
        each,
        graph.constant(each, value.data, value.shape),
      ]),
    );
    const { total } = networks.stages[0]!.step(of)({ ...tensors, [name]: weight! }, fed).losses;
    return { slope: gradients(total, [weight!])[0]! };
  });
  const step = 1e-2;
  const expected: number[] = [];
  const places = Array.from({ length: 36 }, (_, place) => Math.floor((place * data.length) / 36));
  for (const at of places) {
    const [up, down] = await Promise.all(
      [step, -step].map(async (by) => {
        const moved = {
          ...parameters,
          [name]: { shape, data: data.map((value, axis) => value + (axis === at ? by : 0)) },
        };
        return (await losses(networks, moved, batch, of)).total!;
      }),
    );
    expected.push((up! - down!) / (2 * step));
  }
  return { found: places.map((at) => found.slope!.data[at]!), expected };
}

function expectSlopes({ found, expected }: { found: readonly number[]; expected: readonly number[] }) {
  const scale = Math.max(...expected.map(Math.abs));
  expect(scale).toBeGreaterThan(1e-3);
  // A kink of LeakyReLU or of the hinge within a step makes single differences coarse; most are fine.
  const off = found.map((value, at) => Math.abs(value - expected[at]!) / scale).toSorted((a, b) => a - b);
  expect(off[Math.floor(off.length / 2)]).toBeLessThan(0.02);
  expect(off[Math.floor(0.9 * off.length)]).toBeLessThan(0.1);
}

/** Running statistics that are not those of any batch. */
function withStatistics(parameters: Parameters): Parameters {
  const draws = new Random('running statistics');
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => {
      const drawn = /running_(mean|var)$/.test(name) ? data.map(() => draws.uniform(0.3, 1.5)) : data;
      return [name, { shape, data: drawn }];
    }),
  );
}

/** The same as `scored`, by the running statistics. */
function scoredInUse(x: readonly Row[], parameters: Parameters): number[] {
  let values = x.map((row) => [...row]);
  let position = 0;
  for (; parameters[`discriminator.${position + 3}.weight`]; position += 3) {
    const [means, variances] = ['mean', 'var'].map(
      (kind) => parameters[`discriminator.${position + 1}.running_${kind}`]!.data,
    );
    values = matrix(values, parameters[`discriminator.${position}.weight`]!).map((row) =>
      row.map((value, at) => {
        const standard = (value - means![at]!) / Math.sqrt(variances![at]! + 1e-5);
        return standard > 0 ? standard : 0.2 * standard;
      }),
    );
  }
  return matrix(values, parameters[`discriminator.${position}.weight`]!).map(([value]) => value!);
}

describe.each([
  ['SimpleNet', () => simplenetNetworks(simplenetPresets.fast, width, 0.4)],
  ['GLASS', () => glassWith({ ascentSteps: 0 })],
])('the networks of %s', (name, make) => {
  it.each(['adaptor.0.weight', 'discriminator.0.weight'])(
    'have the gradient of their loss: %s',
    async (of) => {
      const networks = make();
      expectSlopes(await slopes(networks, networks.initial(new Random(name)), batch, rows, of));
    },
  );

  it('score a row by the running statistics, the same alone and among others', async () => {
    const networks = make();
    const parameters = withStatistics(networks.initial(new Random(name)));
    const scoresOf = async (data: Float32Array) => {
      const { scores } = await runGraph(
        { x: { data, shape: [data.length / width, width] } },
        (graph, { x }) => ({
          scores: networks.score(
            x!,
            Object.fromEntries(
              Object.entries(parameters).map(([each, value]) => [
                each,
                graph.constant(each, value.data, value.shape),
              ]),
            ),
          ),
        }),
      );
      return scores!.data;
    };
    const scores = await scoresOf(normal);
    const expected = scoredInUse(matrix(rowsOf(normal, width), parameters['adaptor.0.weight']!), parameters);
    scores.forEach((score, row) => {
      expect(score).toBeCloseTo(expected[row]!, 4);
    });
    expect((await scoresOf(normal.slice(0, width)))[0]).toBeCloseTo(scores[0]!, 5);
  });

  it('move the adaptor at half the rate of the discriminator', () => {
    const { rateOf } = make();
    expect([rateOf!('adaptor.0.weight'), rateOf!('discriminator.0.weight')]).toEqual([0.5, 1]);
  });
});

describe('SimpleNet', () => {
  it('trains good rows below -margin and noisy adapted ones above it', async () => {
    const networks = simplenetNetworks(simplenetPresets.fast, width, 0.4);
    const parameters = networks.initial(new Random('simplenet'));
    const found = await losses(networks, parameters, batch, rows);
    const adapted = matrix(rowsOf(normal, width), parameters['adaptor.0.weight']!);
    const noisy = rowsOf(draws, width).map((row, at) =>
      row.map((value, axis) => adapted[at]![axis]! + 0.4 * value),
    );
    const scores = scored([...adapted, ...noisy], parameters);
    const good = mean(scores.slice(0, rows.normal).map((score) => Math.max(0, score + 0.5)));
    const bad = mean(scores.slice(rows.normal).map((score) => Math.max(0, 0.5 - score)));
    expect(found.normal).toBeCloseTo(good, 4);
    expect(found.anomalous).toBeCloseTo(bad, 4);
    expect(found.total).toBeCloseTo(good + bad, 4);
  });
});

describe('GLASS', () => {
  it('without ascent is BCE on noise, and the harder half of a focal loss on local anomalies', async () => {
    const networks = glassWith({ ascentSteps: 0 });
    const parameters = networks.initial(new Random('glass'));
    const local = normals(4 * width, 2);
    const found = await losses(
      networks,
      parameters,
      { ...batch, local: { data: local, shape: [4, width] } },
      { ...rows, local: 4 },
    );
    const adapt = (data: ArrayLike<number>) => matrix(rowsOf(data, width), parameters['adaptor.0.weight']!);
    const adapted = adapt(normal);
    const noisy = rowsOf(draws, width).map((row, at) =>
      row.map((value, axis) => adapted[at]![axis]! + 0.4 * value),
    );
    const scores = scored([...adapted, ...noisy], parameters);
    const bce =
      mean(scores.slice(0, rows.normal).map(softplus)) +
      mean(scores.slice(rows.normal).map((s) => softplus(-s)));
    expect(found.bce).toBeCloseTo(bce, 4);
    const truths = scored([...adapted, ...adapt(local)], parameters).map((score, row) =>
      row < rows.normal ? 1 - sigmoid(score) : sigmoid(score),
    );
    const hard = truths.toSorted((a, b) => a - b).slice(0, 7);
    expect(found.focal).toBeCloseTo(mean(hard.map((p) => -Math.log(p) * (1 - p) ** 2)), 3);
  });

  it('moves noise towards what the discriminator scores as normal', async () => {
    const with20 = glassWith({});
    const parameters = with20.initial(new Random('glass'));
    const without = glassWith({ ascentSteps: 0 });
    const large = glassWith({ ascentSteps: 20, stepLength: 0.2, innerRadius: 0, outerRadius: 9 });
    const ascended = await losses(large, parameters, batch, rows);
    const still = await losses(without, parameters, batch, rows);
    expect(ascended.bce).toBeGreaterThan(still.bce!);
  });
});

describe('CRAS', () => {
  const [classes, patches] = [2, 5];
  const first = firstValues(width, new Random('cras'));
  const centres: Centres = { rows: normals(classes * patches * width), classes, patches, width };
  const centreRows = rowsOf(centres.rows, width);
  const cosine = (a: Row, b: Row) =>
    a.reduce((sum, value, at) => sum + value * b[at]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
  const nearest = (row: Row, product: number) =>
    centreRows
      .slice(product * patches, (product + 1) * patches)
      .reduce((best, centre) => (cosine(row, centre) > cosine(row, best) ? centre : best));
  const beside = (row: Row, centre: Row) => [...row, ...row.map((value, at) => value - centre[at]!)];

  it('scores features beside their shift from their own class, under noise guided by distance', async () => {
    const networks = crasNetworks(crasPresets.fast, centres, first, 0.4);
    const labels = Array.from({ length: rows.normal }, (_, row) => row % 2);
    const found = await losses(
      networks,
      first,
      { ...batch, classes: { data: labels, shape: [rows.normal] } },
      rows,
    );
    const adapted = matrix(rowsOf(normal, width), first['adaptor.0.weight']!);
    const centre = adapted.map((row, at) => nearest(row, labels[at]!));
    const noise = rowsOf(draws, width).map((row) => row.map((value) => 0.4 * value));
    const ratio = noise.map((row, at) => Math.hypot(...row) / away(adapted[at]!, centre[at]!));
    const noisy = noise.map((row, at) => {
      const scale = (ratio[at]! / mean(ratio) - 1) * 0.3 + 1;
      return row.map((value, axis) => adapted[at]![axis]! + scale * value);
    });
    const inputs = [
      ...adapted.map((row, at) => beside(row, centre[at]!)),
      ...noisy.map((row, at) => beside(row, centre[at]!)),
    ];
    const scores = scored(inputs, first);
    expect(found.normal).toBeCloseTo(mean(scores.slice(0, rows.normal).map(softplus)), 4);
    expect(found.anomalous).toBeCloseTo(mean(scores.slice(rows.normal).map((s) => softplus(-s))), 4);
  });

  it('decides the class of each image by itself', async () => {
    const model = crasModel(first, centres);
    const features = normals(2 * patches * width);
    const found = await runGraph({ x: { data: features, shape: [2 * patches, width] } }, (graph, { x }) => {
      const { score, shares, imageScore } = model(graph, x!, patches);
      return { score, shares, imageScore: imageScore! };
    });
    const adapted = matrix(rowsOf(features, width), first['adaptor.0.weight']!);
    for (const image of [0, 1]) {
      const own = adapted.slice(image * patches, (image + 1) * patches).flat();
      const alike = [0, 1].map((product) =>
        cosine(own, centreRows.slice(product * patches, (product + 1) * patches).flat()),
      );
      const product = alike[0]! > alike[1]! ? 0 : 1;
      expect(found.shares!.data.slice(image * 2, image * 2 + 2)).toEqual(product === 0 ? [1, 0] : [0, 1]);
    }
    // Not between bounds, which a threshold of good images could lie above.
    expect(Math.min(...found.score!.data)).toBeLessThan(0);
    // The image's score is that of its most anomalous patch.
    const scores = rowsOf(found.score!.data, patches);
    expect(scores).toHaveLength(2);
    scores.forEach((own, image) => {
      expect(found.imageScore!.data[image]).toBe(Math.max(...own));
    });
  });
});
