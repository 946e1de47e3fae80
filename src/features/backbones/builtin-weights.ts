/** @file The file of the learnt weights, in the program's own folder (Node only). */
import { fileURLToPath } from 'node:url';
import { readBytes } from '../../core/files.ts';
import type { WeightsFile } from './builtin-backbone.ts';

const path = fileURLToPath(new URL('../../../assets/builtin-backbone.safetensors', import.meta.url));

/** Reading throws FILE_UNREADABLE when the package lacks it. */
export const builtinWeights: WeightsFile = { path, read: () => readBytes(path) };
