/**
 * @file The one catalogue of errors. Those of a theme of its own stand in catalogue/; all others here, in the order of the work: options, data,
 * images, runs, training, detectors. A message says what the cause is and where, what was expected and what to do; docs/errors.md is written
 * from this file (`npm run docs:errors`). The names in braces are its type: an error cannot be made without a value for each (errors.ts).
 *
 * `input` errors are the user's to mend (exit status 2), `internal` ones are ours (exit status 1).
 */
import { backboneErrors } from './catalogue/backbone-errors.ts';
import { cameraErrors } from './catalogue/camera-errors.ts';
import type { CatalogueEntry } from './catalogue/catalogue-entry.ts';
import { fileErrors } from './catalogue/file-errors.ts';
import { pageErrors } from './catalogue/page-errors.ts';
import { roiErrors } from './catalogue/roi-errors.ts';
import { serviceErrors } from './catalogue/service-errors.ts';
import { shardErrors } from './catalogue/shard-errors.ts';
import { studioErrors } from './catalogue/studio-errors.ts';
import { teachErrors } from './catalogue/teach-errors.ts';

export type { CatalogueEntry } from './catalogue/catalogue-entry.ts';

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
    message: 'Unknown option {option} in {where}. {nearest} Known options: {known}.',
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
  CLASS_GIVEN_UNKNOWN: {
    kind: 'input',
    status: 400,
    message:
      'Unknown class {name} was given with an image; the detector knows {known}. Give one of these, or none, and the image itself decides.',
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
  EXPORT_MADE: {
    kind: 'input',
    message:
      '{path}: this file is an export in {precision} already. Give the run, or the file that it was made from; without --precision it is copied as it is.',
  },
  EXPORT_NEEDS_IMAGES: {
    kind: 'input',
    message:
      'int8 needs photographs of good parts to measure by, and {reason}. Give a data set of the same classes with --data.',
  },
  EXPORT_VERSION_EXISTS: {
    kind: 'input',
    message: '{path}: version {version} exists already. Give another --model-version, or leave it out.',
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
  EXCLUDED_MEMORY: {
    kind: 'input',
    message:
      'Class {name} would keep {left} patches in its memory beside those of one image; expected at least {least}, as an image is judged by those of others. Exclude fewer, or train again with --exclude.',
  },
  UPDATE_UNSUITABLE: {
    kind: 'input',
    message:
      '{path}: {reason}, so nothing can join or leave it without a training. Expected a detector of method clad on residuals (all presets but paper) that this version has trained. Train again with all images.',
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
      '{path}: this 16-bit file was read with {actual} bits a sample; expected {bits}, as the detector was trained. In Node, decode it with bits: {bits}. A browser keeps only the upper 8 bits: give it an image of 8 bits, with every value divided by {divisor}.',
  },
  IN_USE: {
    kind: 'input',
    message:
      '{path}: another clad is writing there ({who}). Wait until it ends, stop it, or write elsewhere. If that process is no clad, remove this file.',
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
      'The same image, by its pixels, stands in folders that contradict each other: {list}. Expected one class and one label an image. Keep it where it belongs, or leave all its copies out with --skip-broken.',
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
  MASK_MISSING: {
    kind: 'input',
    message:
      '{path}: this image has no mask, and its mask alone says whether the part is good; expected {expected}. Add the mask or remove the image.',
  },
  MASK_UNMATCHED: {
    kind: 'input',
    message: '{mask}: this mask{others} has no image ({reason}). {remedy}',
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
  LIST_INVALID: {
    kind: 'input',
    message: '{path}: {reason}. {hint}',
  },
  SPLIT_TABLE_INVALID: {
    kind: 'input',
    message: '{path}, line {line}: {reason}. Correct the line.',
  },
  STORAGE_FULL: {
    kind: 'input',
    message:
      '{path}: the browser gives this site no more room ({room}). Remove what is no longer needed, free space on the disk, or use fewer images.',
  },
  STORAGE_UNAVAILABLE: {
    kind: 'input',
    message:
      'This page cannot keep files in the browser: {reason}. Expected a page from https:// or localhost that may keep site data; what fits into memory needs none of this (memoryStorage).',
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
      '{path}: the file holds no golden images to verify by. Let `clad export --to onnx` write a copy that has them.',
  },
  DEVICE_UNAVAILABLE: {
    kind: 'input',
    message: 'Device {device} cannot be used here: {reason}. Use --device cpu, or {hint}.',
  },
  MEMORY_SHORT: {
    kind: 'input',
    status: 503,
    message: 'There is not enough memory for {what} now. Try again later, or with a smaller image.',
  },
  PLUGIN_INVALID: {
    kind: 'input',
    message: '{path} cannot be used: {reason}. docs/plugins.md has an example.',
  },
  ENGINE_FAILED: {
    kind: 'input',
    // The engine could not with this very image, e.g. for lack of memory on a graphics card.
    status: 422,
    message:
      "The detector could not predict {image}, on {device}: {reason}. Try a smaller image, or load the detector again; in a browser, set the option device to 'wasm'.",
  },
  GRAPH_SHAPE: {
    kind: 'internal',
    message: '{operation}: {reason}; shapes {shapes}.',
  },
  GRAPH_NO_GRADIENT: {
    kind: 'internal',
    message: '{operation}: no gradient: {reason}.',
  },
  // After the others: a code that stands twice does not compile.
  ...fileErrors,
  ...backboneErrors,
  ...serviceErrors,
  ...cameraErrors,
  ...roiErrors,
  ...shardErrors,
  ...studioErrors,
  ...teachErrors,
  ...pageErrors,
} as const satisfies Record<string, CatalogueEntry>;
