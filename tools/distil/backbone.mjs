/**
 * Makes a backbone file of a student, so that it can be judged before it takes the place of the weights that come with clad.
 *
 *   node tools/distil/backbone.mjs WORK/student.safetensors student.onnx
 *   clad train PHOTOGRAPHS --backbone student.onnx
 *
 * Beside it goes its card. A third argument, `distilled`, leaves the filters out.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { decodeSafetensors } from '../../dist/core/safetensors.js';
import { backboneOf } from '../../dist/features/backbones/builtin-backbone.js';
import { encodeModel } from '../../dist/graph/index.js';

const [weights, out, name = 'builtin'] = process.argv.slice(2);
if (!out) throw new Error('a file of weights and a file to write are needed; see the top of this file');
const { tensors } = decodeSafetensors(await readFile(weights), weights);
const { card, model } = await backboneOf(name, tensors);
await writeFile(out, encodeModel(model));
await writeFile(
  out.replace(/\.onnx$/, '.json'),
  JSON.stringify({ ...card, sha256: undefined }, undefined, 2),
);
