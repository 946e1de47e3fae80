/**
 * @file The one catalogue of errors. A message says which file or option is meant, what was expected and how
 * to mend it; docs/errors.md is written from this file (`npm run docs:errors`).
 *
 * `input` errors are the user's to mend (exit status 2), `internal` ones are ours (exit status 1).
 */

/** What an error says, and whose it is. */
export interface CatalogueEntry {
  readonly kind: 'input' | 'internal';
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
      '{count} of {total} photographs are training images of the detector, or copies of such, {path} among them: it knows them, and a threshold from them would be too low. Give photographs that took no part in the training.',
  },
  CLASS_EMPTY: {
    kind: 'input',
    message: 'Class {name} has no {what}: expected {expected}. Add some or remove the folder.',
  },
  CLASS_NAME_TWICE: {
    kind: 'input',
    message:
      'Two classes have one name: {first} and {second} differ only in case or Unicode form. Rename one.',
  },
  CLASS_UNKNOWN: {
    kind: 'input',
    message:
      'Class {name} is none that the detector was trained on: {known}. Rename the folder, or train again.',
  },
  DATASET_EMPTY: {
    kind: 'input',
    message: '{path}: the images needed are not there. Expected {expected}.',
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
    message: '{path}: there is a version {version} already. Give another --model-version, or leave it out.',
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
      '{path}: this file is damaged ({reason}), so no image can be left out of the finished detector. Restore it, or train again.',
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
      'Product {name} would keep {left} of its good images, and {least} are needed. Exclude fewer, or add good photographs and train again.',
  },
  BITS_UNCLEAR: {
    kind: 'input',
    message:
      'How the 16-bit files of the training images are to be read is not clear: {reason}. Say it with --bits: 8, 10, 12 or 14 for values up to 255, 1023, 4095 or 16383, or 16 for the whole range. Files of two cameras need two trainings, or to be converted first.',
  },
  IMAGE_BITS: {
    kind: 'input',
    message:
      '{path}: its 16-bit samples are not as those of the training images: {reason}. Save it with the settings that those were saved with, or train with a higher --bits.',
  },
  IMAGE_BITS_OTHER: {
    kind: 'input',
    message:
      '{path}: a 16-bit file, read as {actual} bits a sample; the detector was trained with {bits}, and would judge other brightnesses. In Node decode it with bits: {bits}. A browser keeps the upper 8 bits alone: give it the picture in 8 bits, every value divided by {divisor}.',
  },
  IN_USE: {
    kind: 'input',
    message:
      '{path}: another clad is writing there ({who}). Wait for its end, stop it, or give another --out. If that process is no clad, remove this file.',
  },
  IN_USE_PERHAPS: {
    kind: 'input',
    message:
      '{path}: a clad on another machine, or in another container, was writing there ({who}), and whether it still does cannot be seen from here. If it does not, remove this file.',
  },
  IMAGE_INVALID: {
    kind: 'input',
    message: '{path}: cannot be decoded ({reason}). Replace or remove the file.',
  },
  IMAGE_TOO_LARGE: {
    kind: 'input',
    message: '{path}: {width} x {height} pixels are more than the {limit} that are allowed. Make it smaller.',
  },
  IMAGE_TOO_LONG: {
    kind: 'input',
    message:
      '{path}: {width} x {height} pixels cannot be judged as one picture. Expected sides of at most {longest} pixels, the longer at most {times} times the shorter. Cut it into pieces.',
  },
  IMAGES_BROKEN: {
    kind: 'input',
    message:
      '{broken} of {total} images cannot be used; replace or remove them, or leave them out with --skip-broken:\n{list}',
  },
  IMAGES_CONTRADICT: {
    kind: 'input',
    message:
      'The same picture, by its pixels, stands in folders that contradict each other: {list}. Expected one product and one label a picture. Keep it where it belongs, or leave all its copies out with --skip-broken.',
  },
  LAYOUT_UNCLEAR: {
    kind: 'input',
    message: '{path}: cannot tell how the folder is laid out: {reason}. {hint}',
  },
  MAP_TOO_LARGE: {
    kind: 'input',
    message:
      '{path}: a heat map of {width} x {height} pixels is more than the {limit} that are drawn. Leave mapSize=full out: then its longer side has {side}.',
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
      '{path} is not the file its card {card} was written for: sha256 {actual}, the card says {expected}. Restore the file, or mend the card if the change is meant.',
  },
  BACKBONE_UNKNOWN: {
    kind: 'input',
    message:
      'No backbone is named {name}, and no file has that path. Known backbones: {known}. Give an .onnx file, or add one with `clad backbones add`.',
  },
  BACKBONE_UNSUITABLE: {
    kind: 'input',
    message: '{path}: cannot serve as a backbone: {reason}.',
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
      '{path}: this run was begun with other values of {differing}; --resume continues the same run only. Use them, or another --out. {files}',
  },
  RUN_EXISTS: {
    kind: 'input',
    message: '{path}: there is a run already. Continue it with --resume, or give another --out.',
  },
  RUN_UNFINISHED: {
    kind: 'input',
    message:
      '{path}: the training has not come to its end, so there is no model.onnx. Go on with `clad train` and --resume.',
  },
  RUN_NOT_FOUND: {
    kind: 'input',
    message:
      '{path}: no run here. Expected a folder that `clad train --out` wrote, or a detector file (.onnx).',
  },
  SPLIT_TABLE_INVALID: {
    kind: 'input',
    message: '{path}, line {line}: {reason}. Mend the line.',
  },
  STORE_DAMAGED: {
    kind: 'input',
    message:
      '{path}: this shard of the patch-feature store is damaged. Run the same command again (`clad train` with --resume): it is made again.',
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
      'The loss is not finite in stage {stage} at step {step}. Lower stage{stage}.learningRate, or raise losses.epsilon.',
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
      'Two detectors are called {name}: {first} and {second}. Name one, NAME=PATH, or give it another version, NAME@2=PATH.',
  },
  TOKEN_NEEDED: {
    kind: 'input',
    message:
      'Listening on {host} lets other machines in, so a token is needed: --token-file FILE, or the environment variable CLAD_TOKEN. Or say --insecure.',
  },
  TOKEN_UNUSABLE: {
    kind: 'input',
    message:
      '{where}: this token cannot be used: expected at least {least} visible ASCII characters without spaces.',
  },
  BODY_TOO_LARGE: {
    kind: 'input',
    message: 'The request is too large: {reason}.',
  },
  CLIENT_GONE: {
    kind: 'input',
    message: 'The client went away before the answer.',
  },
  DETECTOR_UNAVAILABLE: {
    kind: 'internal',
    message: 'Detector {name} is not ready: its worker is being started again. Try again later.',
  },
  DETECTOR_UNKNOWN: {
    kind: 'input',
    message: 'No detector is called {name}. Loaded: {known}.',
  },
  HOST_REFUSED: {
    kind: 'input',
    message:
      'This service does not answer to the host name {host}. It takes those of its own machine, and others given with --allow-host.',
  },
  MEDIA_TYPE_UNKNOWN: {
    kind: 'input',
    message: 'Cannot take a body of type {type}. Expected {expected}.',
  },
  MEMORY_SHORT: {
    kind: 'input',
    message: 'There is not enough memory for {what} now. Try again later, or with a smaller picture.',
  },
  METHOD_UNKNOWN: {
    kind: 'input',
    message: '{route} does not take {method}. It takes {allowed}.',
  },
  ORIGIN_REFUSED: {
    kind: 'input',
    message: 'Pages of {origin} may not use this service. Allow them with --cors.',
  },
  QUEUE_FULL: {
    kind: 'input',
    message: 'The service is busy: {reason}. Try again later.',
  },
  REQUEST_INVALID: {
    kind: 'input',
    message: 'The request cannot be understood: {reason}.',
  },
  REQUEST_TOO_SLOW: {
    kind: 'input',
    message: 'The request did not arrive in time.',
  },
  ROUTE_UNKNOWN: {
    kind: 'input',
    message: 'There is no {method} {route}. What there is stands in /openapi.json.',
  },
  STOPPING: {
    kind: 'input',
    message: 'The service is stopping and takes no more work.',
  },
  TIME_OVER: {
    kind: 'input',
    message: 'The answer took longer than {seconds} s.',
  },
  UNAUTHORIZED: {
    kind: 'input',
    message: 'A token is needed: the header `Authorization: Bearer TOKEN`.',
  },
  WORKER_DIED: {
    kind: 'internal',
    message: 'The worker ended while it was busy with this ({reason}). It is being started again.',
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
    message:
      "The detector could not judge {picture}, on {device}: {reason}. Try a smaller picture, or load the detector again; in a browser, set the option device to 'wasm'.",
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
