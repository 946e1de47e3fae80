/** @file CLAD's parts switched off one at a time, and its constants swept. */
import type { Ablation, Part } from '../contract.ts';
import { type CladOptions, cladPresets } from './clad-options.ts';

/** The parts of the paper's method. */
const parts: readonly Part<CladOptions>[] = [
  { name: 'no contrast', set: () => ['losses.contrast=0'], source: 'Eq. 8-17' },
  { name: 'anomalies not attracted', set: () => ['losses.attractAnomalies=false'], source: 'before Eq. 11' },
  { name: 'constant contrast weight', set: () => ['losses.stopWeightGradient=true'], source: 'Eq. 13-14' },
  { name: 'no variance', set: () => ['losses.variance=0'], source: 'Eq. 18-19' },
  { name: 'variance averaged', set: () => ['losses.varianceOver=mean'], source: 'Eq. 18' },
  { name: 'anomalies not compacted', set: () => ['losses.compactAnomalies=false'], source: 'Eq. 19' },
  {
    name: 'variance in stage 2',
    set: () => ['losses.varianceInStage2=true'],
    source: 'before Eq. 24',
  },
  { name: 'no classification', set: () => ['losses.classification=0'], source: 'Eq. 20' },
  { name: 'no stage 2', set: () => ['stage2.steps=0'], source: 'Eq. 24' },
  { name: 'no stage 1', set: () => ['stage1.steps=0'], source: 'section 3.5' },
  { name: 'no local anomalies', set: () => ['batch.local=0'], source: 'Eq. 2-4' },
  { name: 'single masks', set: () => ['synthesis.alpha=0'], source: 'Eq. 2' },
  { name: 'no texture augmentation', set: () => ['synthesis.augmentations=0'], source: 'section 3.2' },
  { name: 'opaque textures', set: () => ['synthesis.blend=false'], source: 'Eq. 3' },
  { name: 'no fusion', set: () => ['fusion=false'], source: 'Eq. 4' },
  { name: 'unfused beside fused', set: () => ['unfused=0.5'], source: 'section 3.3' },
  { name: 'no global anomalies', set: () => ['batch.global=0'], source: 'Eq. 5-7' },
  // Of length 0: without any step there would be no projection (Eq. 7) either.
  { name: 'no ascent', set: () => ['globalAnomalies.stepLength=0'], source: 'Eq. 5-6' },
  {
    name: 'no projection',
    set: () => ['globalAnomalies.innerRadius=0', 'globalAnomalies.outerRadius=1000'],
    source: 'Eq. 7',
  },
  {
    name: 'the other score loss',
    set: ({ losses }) => [`losses.scoreLoss=${losses.scoreLoss === 'bce' ? 'hinge' : 'bce'}`],
    source: 'Eq. 21-23',
  },
  { name: 'no foreground mask', set: () => ['synthesis.foreground=false'], source: 'section 3.2' },
  {
    name: 'no reduction',
    // d as wide as what enters; the layers before stay, or are widened to it.
    set: (options) => {
      const width = inputWidth(options);
      if (width === undefined) return [];
      const [first, second] = options.adaptor;
      return [`adaptor=[${Math.max(first, width)},${Math.max(second, width)},${width}]`];
    },
    source: 'section 3.3',
  },
];

/** C_d, where the options alone say it: features joined rather than pooled are as wide as the backbone makes them. */
function inputWidth({ input, memoryBank, features }: CladOptions): number | undefined {
  if (input === 'residual') return memoryBank.components;
  return features.aggregation === 'pooled' ? features.width : undefined;
}

/** Readings of Eq. 5 that features have and residuals have not. */
const ofFeatures: readonly Part<CladOptions>[] = [
  {
    name: 'noise by deviation',
    set: ({ input }) =>
      input === 'feature'
        ? [
            'globalAnomalies.noise=0.1',
            'globalAnomalies.noiseUnit=deviation',
            'globalAnomalies.noiseShape=dimensionwise',
          ]
        : [],
    source: 'decision 0063',
  },
  {
    name: 'the other shape of noise',
    set: ({ input, globalAnomalies: { noiseShape } }) =>
      input === 'feature'
        ? [`globalAnomalies.noiseShape=${noiseShape === 'isotropic' ? 'dimensionwise' : 'isotropic'}`]
        : [],
    source: 'Eq. 5',
  },
];

const residualsOnly =
  (...set: readonly string[]) =>
  ({ input }: CladOptions) =>
    input === 'residual' ? set : [];

/** What the presets `fast` and `accurate` add to it (docs/decisions/). */
const additions: readonly Part<CladOptions>[] = [
  {
    name: 'no residuals',
    // No distance either, which is one of residuals; the noise is another measure there, and the features are wider: the paper preset's.
    set: residualsOnly(
      'input=feature',
      'score.networkWeight=null',
      `globalAnomalies.noise=${cladPresets.paper.globalAnomalies.noise}`,
      `globalAnomalies.noiseShape=${cladPresets.paper.globalAnomalies.noiseShape}`,
      `adaptor=[${cladPresets.paper.adaptor.join(',')}]`,
    ),
    source: 'decision 0002',
  },
  {
    name: 'no distance',
    set: ({ score }) => (score.networkWeight === null ? [] : ['score.networkWeight=null']),
    source: 'decision 0002',
  },
  { name: 'distance alone', set: residualsOnly('score.networkWeight=0'), source: 'decision 0002' },
  { name: 'one neighbour', set: residualsOnly('memoryBank.neighbours=1'), source: 'decision 0010' },
  {
    name: 'no fine layers',
    set: ({ features }) => (features.fineLayers.length === 0 ? [] : ['features.fineLayers=[]']),
    source: 'decision 0010',
  },
  {
    name: 'one length of noise',
    set: (options) => (options.globalAnomalies.noiseSpread === 1 ? [] : ['globalAnomalies.noiseSpread=1']),
    source: 'decision 0013',
  },
  {
    name: 'components unweighed',
    // So much is added to each component's variance that all weigh alike; networks would see other numbers.
    set: ({ networks }) => (networks ? [] : ['memoryBank.whiteningFloor=1000']),
    source: 'decision 0041',
  },
  {
    name: 'maximum as image score',
    set: ({ score }) => (score.topShare === 0 ? [] : ['score.topShare=0']),
    source: 'section 4.1',
  },
];

/** Constants and the values they are tried at. */
const sweeps: Readonly<Record<string, (options: CladOptions) => readonly string[]>> = {
  gamma: () => [-0.8, -0.4, 0, 0.5, 1].map((value) => `losses.gamma=${value}`),
  margin: () => [1, 2, 3, 5].map((value) => `losses.margin=${value}`),
  d: ({ adaptor: [first, second, last] }) =>
    [last / 2, last, Math.min(first, last * 2)].map((value) => `adaptor=[${first},${second},${value}]`),
  // C_d is what the networks see of a patch: of residuals, their principal components.
  C_d: (options) => {
    const width = inputWidth(options);
    if (width === undefined) return [];
    return options.input === 'residual'
      ? [width / 4, width / 2, width].map((value) => `memoryBank.components=${Math.round(value)}`)
      : [width / 3, (2 * width) / 3, width].map((value) => `features.width=${Math.round(value)}`);
  },
  batch: ({ stage1: { batch } }) =>
    [batch / 4, batch / 2, batch, batch * 2].map((value) => `stage1.batch=${value}`),
  noise: ({ globalAnomalies: { noise } }) =>
    [noise / 3, noise, noise * 3].map((value) => `globalAnomalies.noise=${Number(value.toPrecision(3))}`),
  // GLASS's step is 0.17 % of the noise's length: what a longer one does.
  ascent: ({ globalAnomalies: { stepLength } }) =>
    [1, 30, 100].map((times) => `globalAnomalies.stepLength=${Number((times * stepLength).toPrecision(3))}`),
};

/** What can be switched off, or set otherwise, where no networks are trained. */
const ofDistance = [
  'one neighbour',
  'no fine layers',
  'maximum as image score',
  'components unweighed',
  'C_d',
];

/** It begins with `fast`: the default has few parts, as it trains no networks. */
export const cladAblation: Ablation<CladOptions> = {
  preset: 'fast',
  parts: [...parts, ...ofFeatures, ...additions].map(({ set, ...part }) => ({
    ...part,
    set: (options) => (options.networks || ofDistance.includes(part.name) ? set(options) : []),
  })),
  sweeps: Object.fromEntries(
    Object.entries(sweeps).map(([name, values]) => [
      name,
      (options: CladOptions) => (options.networks || ofDistance.includes(name) ? values(options) : []),
    ]),
  ),
};
