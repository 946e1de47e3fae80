/** @file The presets, and the ranges of what may be set. */
import { describe, expect, it } from 'vitest';
import { checkOptions, mergeOptions, optionFromText } from '../../../../src/core/options.ts';
import { cladOptions, cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';

const presetNames = ['instant', 'fast', 'paper', 'accurate'] as const;

describe('presets', () => {
  it.each(presetNames)('%s passes its own schema, unchanged', (name) => {
    expect(checkOptions(cladOptions, presets[name])).toEqual(presets[name]);
  });

  it('without networks need a distance to score by', () => {
    const { instant } = presets;
    for (const change of ['input=feature', 'score.networkWeight=null'])
      expect(
        () => checkOptions(cladOptions, mergeOptions(instant, optionFromText(change, '--set'), '--set')),
        change,
      ).toThrow(new RegExp(`networks to be true, or without ${change.replace('.', '\\.')}`));
  });

  it('paper holds the values of the paper', () => {
    const { paper } = presets;
    expect(paper.features).toMatchObject({ inputSize: 224, resizeTo: 256, aggregation: 'pooled' });
    expect(paper.features.layers).toEqual(['layer2', 'layer3']);
    // Where it is silent: docs/how-it-works.md, "What the paper leaves open".
    expect(paper.features).toMatchObject({ width: 1536, fineLayers: [] });
    expect(paper.batch).toEqual({ local: 0.25, global: 0.25 });
    expect(paper.losses).toMatchObject({ margin: 3, alpha: 0.5, delta: 0.5, attractAnomalies: true });
    expect(paper.globalAnomalies).toMatchObject({
      noise: 1,
      noiseUnit: 'neighbour',
      innerRadius: 0.85,
      outerRadius: 1.7,
    });
    expect(paper.losses).toMatchObject({ varianceOver: 'sum', varianceInStage2: false });
    expect(paper.score).toEqual({ networkWeight: null, blurSigma: 4, topShare: 0 });
    expect(paper.stage1).toEqual({
      steps: null,
      epochs: 200,
      batch: 8000,
      learningRate: 2e-4,
      schedule: 'constant',
    });
    expect(paper.stage2).toEqual({
      steps: null,
      epochs: 2000,
      batch: 100_000,
      learningRate: 2e-4,
      schedule: 'constant',
    });
    expect(paper.losses).toMatchObject({
      contrast: 1,
      variance: 1,
      classification: 1,
      score: 1,
      gamma: -0.8,
      scoreLoss: 'hinge',
      stopWeightGradient: false,
    });
    expect(paper.synthesis).toMatchObject({
      alpha: 1 / 3,
      betaMean: 0.5,
      betaDeviation: 0.1,
      betaLow: 0.2,
      betaHigh: 0.8,
      augmentations: 3,
      minCoverage: 0,
    });
    expect(paper.input).toBe('feature');
    expect(paper.fusion).toBe(true);
    expect(paper.globalAnomalies.ascentSteps).toBe(1);
    expect(paper.score).toEqual({ networkWeight: null, blurSigma: 4, topShare: 0 });
    expect(paper.evaluations).toBe(10);
    expect(paper.optimizer.averageDecay).toBe(0);
  });

  it('by default select and set thresholds without any test image', () => {
    for (const name of presetNames) expect(presets[name].selection).toBe('synthetic');
  });

  it('are not changed by options laid over them', () => {
    const before = structuredClone(presets.fast);
    mergeOptions(presets.fast, { losses: { gamma: 1 }, stage1: { steps: 3 } }, 'a test');
    expect(presets.fast).toEqual(before);
  });
});

describe('values out of range', () => {
  it.each([
    ['seed=-1', /seed/],
    ['features.inputSize=16', /features\.inputSize/],
    ['features.layers=[]', /features\.layers/],
    ['heldOut=0', /heldOut/],
    ['heldOut=0.9', /heldOut/],
    ['synthesis.alpha=0.6', /synthesis\.alpha/],
    ['synthesis.augmentations=10', /synthesis\.augmentations/],
    ['input=pixels', /input/],
    ['memoryBank.coresetSize=0', /memoryBank\.coresetSize/],
    ['adaptor=[4,4]', /adaptor/],
    ['batch.local=1', /batch\.local/],
    ['fusion=perhaps', /fusion/],
    ['globalAnomalies.noise=0', /globalAnomalies\.noise/],
    ['globalAnomalies.ascentSteps=1.5', /globalAnomalies\.ascentSteps/],
    ['losses.contrast=-1', /losses\.contrast/],
    ['losses.scoreLoss=mse', /losses\.scoreLoss/],
    ['stage1.batch=4', /stage1\.batch/],
    ['stage2.learningRate=0', /stage2\.learningRate/],
    ['stage2.schedule=linear', /stage2\.schedule/],
    ['optimizer.beta1=1', /optimizer\.beta1/],
    ['selection=validation', /selection/],
    ['falseAlarmRate=0', /falseAlarmRate/],
  ])('%s is refused by name', (text, name) => {
    const options = mergeOptions(presets.fast, optionFromText(text, '--set'), '--set');
    expect(() => checkOptions(cladOptions, options)).toThrow(name);
  });

  it.each([
    ['synthesis.betaLow=0.9', /synthesis\.betaLow to be at most synthesis\.betaHigh, 0\.8, got 0\.9/],
    ['globalAnomalies.innerRadius=2', /innerRadius to be at most globalAnomalies\.outerRadius, 1\.7, got 2/],
    ['globalAnomalies.noiseUnit=deviation', /noiseUnit to be neighbour with input=residual.*got "deviation"/],
    [
      'globalAnomalies.noiseShape=dimensionwise',
      /noiseShape to be isotropic with input=residual.*got "dimensionwise"/,
    ],
    ['features.resizeTo=100', /resizeTo to be at least features\.inputSize, 320.*got 100/],
  ])('%s contradicts another option and is refused', (text, message) => {
    const options = mergeOptions(presets.fast, optionFromText(text, '--set'), '--set');
    expect(() => checkOptions(cladOptions, options)).toThrow(message);
  });
});
