/** @file The learnt weights of the built-in backbone, for a page. */
import type { WeightsFile } from '../features/backbones/builtin-backbone.ts';
import { fetchedBytes } from './fetch-detector.ts';

/**
 * Weights that are fetched when they are needed, 8 MB.
 * @param address - of the file `assets/builtin-backbone.safetensors`. @default where the bundler has put it
 */
export function fetchedWeights(address?: string | URL): WeightsFile {
  // Written out in full, since bundlers recognise only this form.
  const url = address ?? new URL('../../assets/builtin-backbone.safetensors', import.meta.url);
  return { path: String(url), read: async () => (await fetchedBytes(url)).bytes };
}
