/**
 * @file The one catalogue of errors, longer than other files because all of them stand in it. A message says what the cause is and
 * where, what was expected and what to do; docs/errors.md is written from this file (`npm run docs:errors`). The names in braces are
 * its type: an error cannot be made without a value for each (errors.ts).
 *
 * `input` errors are the user's to mend (exit status 2), `internal` ones are ours (exit status 1).
 */

/** What an error says, and whose it is. */
export interface CatalogueEntry {
  readonly kind: 'input' | 'internal';
  /** Of the service's answer to a request, 400 to 599; without one it is 500, and its words go to the log alone. */
  readonly status?: number;
  /** `{name}` stands for a value given when the error is made. */
  readonly message: string;
}

/** Every code, whose it is, and its message. */
export const errorCatalogue = {
  ARGUMENT_INVALID: {
    kind: 'input',
    message: '{of}: expected {argument} to be {expected}, got {actual}.',
  },
  OPTION_INVALID: {
    kind: 'input',
    message: 'Expected {option} to be {expected}, got {actual}.',
  },
  OPTION_UNKNOWN: {
    kind: 'input',
    message: 'Unknown option {option} in {where}. Known options: {known}.',
  },
  CALIBRATION_TRAINED: {
    kind: 'input',
    message:
      '{count} of {total} photographs are training images of the detector or copies of them, for example {path}. A threshold from them would be too low. Expected photographs that took no part in the training: give others.',
  },
  CLASS_EMPTY: {
    kind: 'input',
    message: 'Class {name} has no {what}: expected {expected}. Add some, or remove the folder.',
  },
  CLASS_NAME_TWICE: {
    kind: 'input',
    message:
      'Two classes have one name: {first} and {second} differ only in case or Unicode form. Rename one.',
  },
  CLASS_UNKNOWN: {
    kind: 'input',
    message: 'Unknown class {name}; the detector knows {known}. Rename the folder, or train again.',
  },
  DATASET_EMPTY: {
    kind: 'input',
    message: '{path}: the images that are needed are missing. Expected {expected}.',
  },
  DATASET_NO_TRAINING: {
    kind: 'input',
    message: '{path}: the data set has no training images. Expected photographs of good parts in {expected}.',
  },
  FILE_DAMAGED: {
    kind: 'input',
    message: '{path}: the file is damaged ({reason}). {remedy}',
  },
  FILE_EXISTS: {
    kind: 'input',
    message: '{path}: there is a file already. Remove it, or give another --out.',
  },
  FILE_NOT_FOUND: {
    kind: 'input',
    message: '{path}: no such file or folder. {hint}',
  },
  FILE_REFUSED: {
    kind: 'input',
    message:
      '{path}: the file system does not allow it ({reason}). Check the path, its permissions and the space left.',
  },
  FILE_UNREADABLE: {
    kind: 'input',
    message: '{path}: cannot be read ({reason}). Check the file and its permissions.',
  },
  EXPORT_MADE: {
    kind: 'input',
    message:
      '{path}: this file is an export in {precision} already. Give the run, or the file that it was made from; without --precision it is copied as it is.',
  },
  EXPORT_NEEDS_IMAGES: {
    kind: 'input',
    message:
      'int8 needs photographs of good parts to measure by, and {reason}. Give a data set of the same products with --data.',
  },
  EXPORT_VERSION_EXISTS: {
    kind: 'input',
    message: '{path}: version {version} exists already. Give another --model-version, or leave it out.',
  },
  FOLDER_FOREIGN: {
    kind: 'input',
    message:
      '{path}: the folder holds files that `{command}` did not write. Give --out a new or empty folder.',
  },
  FOLDER_EXPECTED: {
    kind: 'input',
    message: '{path}: expected a folder, this is a file. {hint}',
  },
  GOOD_IMAGES_DAMAGED: {
    kind: 'input',
    message:
      '{path}: this file is damaged ({reason}), so nothing can leave or join the finished detector. Restore it (versions/ has it beside each detector of before), or train again.',
  },
  GOOD_IMAGES_MISSING: {
    kind: 'input',
    message:
      '{path} is missing: it says what in the detector comes from which image. Runs of earlier versions have none. Train again with `clad train --exclude`.',
  },
  EXCLUDED_UNKNOWN: {
    kind: 'input',
    message: '{path}: this is no training image of {where}. Expected a path of one, e.g. {example}.',
  },
  EXCLUDED_ALL: {
    kind: 'input',
    message:
      'Class {name} would keep {left} of its good images; expected at least {least}. Exclude fewer, or add good photographs and train again.',
  },
  UPDATE_UNSUITABLE: {
    kind: 'input',
    message:
      '{path}: {reason}, so nothing can join or leave it without a training. Expected a detector of method clad on residuals (presets fast and accurate) that this version has trained. Train again with all images.',
  },
  UPDATE_CLASS: {
    kind: 'input',
    message: 'Class {name}: {reason}. Expected {expected}.',
  },
  UPDATE_NOTHING: {
    kind: 'input',
    message: 'None of {count} images can join the detector: {reasons}. {remedy}',
  },
  UPDATE_RISKY: {
    kind: 'input',
    message: '{what}. Nothing was changed. {remedy}',
  },
  BITS_UNCLEAR: {
    kind: 'input',
    message:
      'It is not clear how to read the 16-bit files of the training images: {reason}. Say it with --bits: 8, 10, 12 or 14 for values up to 255, 1023, 4095 or 16383, or 16 for the whole range. Files of two cameras need two trainings, or to be converted first.',
  },
  IMAGE_BITS: {
    kind: 'input',
    status: 422,
    message:
      '{path}: its 16-bit samples do not fit those of the training images: {reason}. Save it with the settings of the training images, or train with a higher --bits.',
  },
  IMAGE_BITS_OTHER: {
    kind: 'input',
    message:
      '{path}: this 16-bit file was read with {actual} bits a sample; expected {bits}, as the detector was trained. In Node, decode it with bits: {bits}. A browser keeps only the upper 8 bits: give it a picture of 8 bits, with every value divided by {divisor}.',
  },
  IN_USE: {
    kind: 'input',
    message:
      '{path}: another clad is writing there ({who}). Wait until it ends, stop it, or give another --out. If that process is no clad, remove this file.',
  },
  IN_USE_PERHAPS: {
    kind: 'input',
    message:
      '{path}: a clad on another machine or in another container was writing there ({who}). Whether it still does cannot be seen from here. If it does not, remove this file.',
  },
  IMAGE_INVALID: {
    kind: 'input',
    status: 422,
    message: '{path}: cannot be decoded ({reason}). Replace or remove the file.',
  },
  IMAGE_TOO_LARGE: {
    kind: 'input',
    status: 413,
    message: '{path}: {width} x {height} pixels are more than the {limit} that are allowed. Make it smaller.',
  },
  IMAGE_TOO_LONG: {
    kind: 'input',
    status: 413,
    message:
      '{path}: {width} x {height} pixels cannot be predicted as one image. Expected sides of at most {longest} pixels, the longer at most {times} times the shorter. Cut it into pieces.',
  },
  IMAGES_BROKEN: {
    kind: 'input',
    message:
      '{broken} of {total} images cannot be used. Replace or remove them, or leave them out with --skip-broken:\n{list}',
  },
  IMAGES_CONTRADICT: {
    kind: 'input',
    message:
      'The same picture, by its pixels, stands in folders that contradict each other: {list}. Expected one class and one label an image. Keep it where it belongs, or leave all its copies out with --skip-broken.',
  },
  LAYOUT_UNCLEAR: {
    kind: 'input',
    message: '{path}: cannot tell how the folder is laid out: {reason}. {hint}',
  },
  MAP_TOO_LARGE: {
    kind: 'input',
    status: 413,
    message:
      '{path}: a heat map of {width} x {height} pixels is larger than the {limit} pixels that are drawn. Leave mapSize=full out; its longer side then has {side} pixels.',
  },
  MASK_UNMATCHED: {
    kind: 'input',
    message: '{mask}: this mask has no image; {reason}{others} {remedy}',
  },
  BACKBONE_CARD_INVALID: {
    kind: 'input',
    message: '{path}: this backbone card cannot be used: {reason}. docs/backbones.md has one as an example.',
  },
  BACKBONE_CARD_NEEDED: {
    kind: 'input',
    message:
      "{path}: this backbone needs a card, because {reason}. Save this as {card}, after a look at the layers and at mean and std (of RGB/255; these are ImageNet's):\n{json}\nOr let clad keep a copy of the backbone with such a card: {flag}",
  },
  BACKBONE_CHANGED: {
    kind: 'input',
    message:
      '{path} is not the file that its card {card} was written for: its sha256 is {actual}, the card says {expected}. Restore the file, or correct the card if the change is meant.',
  },
  BACKBONE_UNKNOWN: {
    kind: 'input',
    message:
      'Unknown backbone {name}, and no file has that path; clad knows {known}. Give an .onnx file, or add one with `clad backbones add`.',
  },
  BACKBONE_UNSUITABLE: {
    kind: 'input',
    message: '{path}: cannot serve as a backbone: {reason}. docs/backbones.md says what a backbone needs.',
  },
  SAFETENSORS_INVALID: {
    kind: 'input',
    message: '{path}: this is not a whole safetensors file: {reason}. Fetch it again.',
  },
  STATE_DICT_UNSUITABLE: {
    kind: 'input',
    message:
      '{path}: no backbone can be built from these weights: {reason}. Export the network as ONNX instead.',
  },
  RUN_DIFFERS: {
    kind: 'input',
    message:
      '{path}: this run was begun with other values of {differing}; --resume continues only the same run. Use those values, or give another --out. {files}',
  },
  RUN_EXISTS: {
    kind: 'input',
    message: '{path}: there is a run already. Continue it with --resume, or give another --out.',
  },
  RUN_UNFINISHED: {
    kind: 'input',
    message:
      '{path}: the training is not finished, so there is no model.onnx. Continue it with `clad train` and --resume.',
  },
  RUN_NOT_FOUND: {
    kind: 'input',
    message:
      '{path}: no run here. Expected a folder that `clad train --out` wrote, or a detector file (.onnx).',
  },
  SPLIT_TABLE_INVALID: {
    kind: 'input',
    message: '{path}, line {line}: {reason}. Correct the line.',
  },
  STORE_DAMAGED: {
    kind: 'input',
    message:
      '{path}: this shard of the patch-feature store is damaged. Run the same command again (`clad train` with --resume), which makes it again.',
  },
  USAGE: {
    kind: 'input',
    message: '{reason}. See {help}.',
  },
  INTERRUPTED: {
    kind: 'input',
    message: 'Stopped in {where}. Run the same command to go on from there; `clad train` needs --resume.',
  },
  TRAINING_DIVERGED: {
    kind: 'input',
    message:
      'The loss is not finite in {stage} at step {step}. Lower the learningRate of that stage, or raise losses.epsilon where the method has it.',
  },
  INTERNAL: {
    kind: 'internal',
    message: '{reason} This is a defect of clad: please report it with the command you ran.',
  },
  METRIC_INPUT: {
    kind: 'input',
    message: 'Cannot evaluate {what}: {reason}.',
  },
  MODEL_UNSUITABLE: {
    kind: 'input',
    message: 'The ONNX file cannot be used: {reason}.',
  },
  DETECTOR_INVALID: {
    kind: 'input',
    message:
      '{path}: this is no usable detector: {reason}. Expected a file written by `clad train`, `clad export` or `clad calibrate`.',
  },
  GOLDEN_MISSING: {
    kind: 'input',
    message:
      '{path}: the file holds no golden pictures to verify by. Let `clad export --to onnx` write a copy that has them.',
  },
  DEVICE_UNAVAILABLE: {
    kind: 'input',
    message: 'Device {device} cannot be used here: {reason}. Use --device cpu, or {hint}.',
  },
  ADDRESS_UNUSABLE: {
    kind: 'input',
    message: 'Cannot listen on {address}: {reason}. Choose another with --host and --port.',
  },
  DETECTOR_NAME_TWICE: {
    kind: 'input',
    message:
      'Two detectors are called {name}: {first} and {second}. Give one of them another name (NAME=PATH) or another version (NAME@2=PATH).',
  },
  TOKEN_NEEDED: {
    kind: 'input',
    message:
      'Listening on {host} lets other machines in, so a token is needed. Give one with --token-file FILE or the environment variable CLAD_TOKEN, or say --insecure.',
  },
  TOKEN_UNUSABLE: {
    kind: 'input',
    message:
      '{where}: this token cannot be used: expected at least {least} visible ASCII characters without spaces.',
  },
  BODY_TOO_LARGE: {
    kind: 'input',
    status: 413,
    message: 'The request is too large: {reason}. Send fewer or smaller images.',
  },
  CLIENT_GONE: {
    kind: 'input',
    // As nginx has it; nobody reads the answer, but the log and the metrics have it.
    status: 499,
    message: 'The client went away before the answer.',
  },
  DETECTOR_UNAVAILABLE: {
    kind: 'internal',
    status: 503,
    message: 'Detector {name} is not ready: its worker is being started again. Try again later.',
  },
  DETECTOR_UNKNOWN: {
    kind: 'input',
    status: 404,
    message: 'Unknown detector {name}; the service has {known}.',
  },
  HOST_REFUSED: {
    kind: 'input',
    status: 421,
    message:
      'Unknown host name {host}; the service answers to the names of its own machine. Allow others with --allow-host.',
  },
  MEDIA_TYPE_UNKNOWN: {
    kind: 'input',
    status: 415,
    message: 'Cannot take a body of type {type}. Expected {expected}.',
  },
  MEMORY_SHORT: {
    kind: 'input',
    status: 503,
    message: 'There is not enough memory for {what} now. Try again later, or with a smaller picture.',
  },
  PLUGIN_INVALID: {
    kind: 'input',
    message: '{path} cannot be used: {reason}. docs/plugins.md has an example.',
  },
  METHOD_UNKNOWN: {
    kind: 'input',
    status: 405,
    message: '{route} does not take {method}. It takes {allowed}.',
  },
  ORIGIN_REFUSED: {
    kind: 'input',
    status: 403,
    message: 'Pages of {origin} may not use this service. Allow them with --cors.',
  },
  QUEUE_FULL: {
    kind: 'input',
    status: 503,
    message: 'The service is busy: {reason}. Try again later.',
  },
  REQUEST_INVALID: {
    kind: 'input',
    status: 400,
    message: 'The request cannot be understood: {reason}.',
  },
  REQUEST_TOO_SLOW: {
    kind: 'input',
    status: 408,
    message: 'The request did not arrive in time. Send it again.',
  },
  ROUTE_UNKNOWN: {
    kind: 'input',
    status: 404,
    message: 'There is no {method} {route}. See /openapi.json for what there is.',
  },
  STOPPING: {
    kind: 'input',
    status: 503,
    message: 'The service is stopping and takes no more work. Try again later.',
  },
  TIME_OVER: {
    kind: 'input',
    status: 504,
    message:
      'The answer took longer than the {seconds} s that are allowed. Try again later, or with fewer images.',
  },
  UNAUTHORIZED: {
    kind: 'input',
    status: 401,
    message: 'The token is missing or wrong. Expected the header `Authorization: Bearer TOKEN`.',
  },
  WORKER_DIED: {
    kind: 'internal',
    status: 503,
    message: '{worker} ended in the midst of its work: {reason}. {remedy}',
  },
  WEBGPU_UNAVAILABLE: {
    kind: 'input',
    message: "WebGPU cannot be used here: {reason}. Leave the option device out, or set it to 'wasm'.",
  },
  ENGINE_UNAVAILABLE: {
    kind: 'input',
    message:
      'ONNX Runtime cannot be loaded in this page: {reason}. Serve its .wasm and .mjs files beside the page, or say with wasmPaths where they are; a content policy needs wasm-unsafe-eval.',
  },
  ENGINE_FAILED: {
    kind: 'input',
    // The engine could not with this very picture, e.g. for lack of memory on a graphics card.
    status: 422,
    message:
      "The detector could not predict {picture}, on {device}: {reason}. Try a smaller picture, or load the detector again; in a browser, set the option device to 'wasm'.",
  },
  FETCH_FAILED: {
    kind: 'input',
    message:
      '{url}: cannot be fetched ({reason}). Check the address; a file of another site needs its permission (CORS).',
  },
  GRAPH_SHAPE: {
    kind: 'internal',
    message: '{operation}: {reason}; shapes {shapes}.',
  },
  GRAPH_NO_GRADIENT: {
    kind: 'internal',
    message: '{operation}: no gradient: {reason}.',
  },
} as const satisfies Record<string, CatalogueEntry>;
