/** @file What a page in a browser is told of the engine and the files that it fetches. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const pageErrors = {
  WEBGPU_UNAVAILABLE: {
    kind: 'input',
    message: "WebGPU cannot be used here: {reason}. Leave the option device out, or set it to 'wasm'.",
  },
  ENGINE_UNAVAILABLE: {
    kind: 'input',
    message:
      'ONNX Runtime cannot be loaded in this page: {reason}. Serve its .wasm and .mjs files beside the page, or say with wasmPaths where they are; a content policy needs wasm-unsafe-eval.',
  },
  FETCH_FAILED: {
    kind: 'input',
    message:
      '{url}: cannot be fetched ({reason}). Check the address; a file of another site needs its permission (CORS).',
  },
} as const satisfies Record<string, CatalogueEntry>;
