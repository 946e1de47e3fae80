/**
 * @file Whether networks learn the noise that they are given: how well their score tells held-out normal patches with it from the same without. Noise
 * that lies inside what normal patches differ by anyway leaves that at chance: the rows with it are then normal ones under the wrong label.
 */
import { halvesToFloats } from '../../core/half.ts';
import { Random } from '../../core/random.ts';
import { rankingMetrics } from '../../evaluation/ranking.ts';
import { drawNormal, type FitSource } from '../../features/store/sample-rows.ts';
import { add, mul } from '../../graph/index.ts';
import type { Parameters } from '../../nn/parameters.ts';
import type { Engine } from '../../runtime/engine.ts';
import { fillNoise } from './batch-rows.ts';
import type { FittedInput } from './network-input/network-input.ts';
import type { PatchNetworks } from './patch-networks.ts';
import { scoreSession } from './score-session.ts';

/** Rows of each kind: the AUROC of so many is sure to 0.01. */
const mostRows = 2048;

/** Measures networks by their own noise. */
export interface OwnNoise {
  /** AUROC, 0..1, of the score of noisy rows against that of the same rows without; 0.5 is chance. */
  measure(parameters: Parameters): Promise<number>;
  release(): Promise<void>;
}

/**
 * @param options.heldOut - the networks' input of the training images, and which of them are held out; regions of interest, where classes have some
 * @returns undefined where networks are given no noise
 */
export async function ownNoise(options: {
  readonly engine: Engine;
  readonly heldOut: FitSource;
  readonly fitted: Pick<FittedInput, 'width' | 'noiseDeviation'>;
  readonly seed: number;
  readonly networks: PatchNetworks;
}): Promise<OwnNoise | undefined> {
  const { engine, heldOut, fitted, seed, networks } = options;
  const { width, noiseDeviation } = fitted;
  if (networks.draws.global === 0) return undefined;
  const drawn = await drawNormal(heldOut, mostRows, new Random(seed, 'own noise'));
  const rows = halvesToFloats(drawn.features);
  const noise = new Float32Array(rows.length);
  fillNoise(noise, width, networks.draws.noiseSpread, new Random(seed, 'own noise drawn'));
  const session = await scoreSession(engine, width, networks, ['rows', 'noise'], (fed, parameters) => {
    const deviation = fed.rows.graph.constant('noise_deviation', noiseDeviation, [1, width]);
    const score =
      networks.scoreNoisy ?? ((x, drawn, of) => networks.score(add(x, mul(drawn, deviation)), of));
    return {
      plain: networks.score(fed.rows, parameters),
      noisy: score(fed.rows, fed.noise, parameters),
    };
  });
  return {
    async measure(parameters) {
      const { plain = [], noisy = [] } = await session.run(parameters, { rows, noise });
      const labels = [...plain].map(() => 0).concat([...noisy].map(() => 1));
      return rankingMetrics([...plain, ...noisy], labels).auroc ?? 0.5;
    },
    release: () => session.release(),
  };
}
