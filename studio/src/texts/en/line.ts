/** @file Words of the line page: a camera, and what is said of what it shows. */
import { plural } from './plural.ts';

export const line = {
  title: 'Line',
  camera: 'Camera',
  start: 'Start the camera',
  stop: 'Stop the camera',
  detector: 'Detector',
  noDetector: 'None: only film',
  noRuns: 'There is no detector yet. Film good parts below, and train on them.',
  version: 'Version',
  pace: 'Judge',
  paces: {
    always: 'without a pause',
    second: 'every second',
    five: 'every five seconds',
    press: 'when I press',
  },
  judge: 'Judge now',
  judgeHint: 'or the space bar',
  verdicts: { pass: 'Pass', check: 'Check', reject: 'Reject', unknown: 'Unknown part', none: 'No threshold' },
  idle: 'Camera off',
  silent: 'No picture comes from the camera',
  failed: 'Not judged',
  opening: 'Opening the detector',
  waiting: 'Nothing judged yet',
  fullScreen: 'Full screen',
  frame: 'The frame that was judged, with its heat map',
  score: 'Score',
  threshold: 'Threshold',
  product: 'Product',
  none: 'none',
  counts: 'Judgements',
  countsSince: (when: string) => `since ${when}`,
  countsHint:
    'Judgements are counted, not parts: a part that lies there longer is judged more than once, but for "when I press".',
  again: 'Count from zero',
  last: 'The last ones',
  nothingYet: 'None yet.',
  drift: 'Drift',
  driftNone:
    'Nothing to compare with yet. Drift is told of the detector of a run itself, once the images of its training have been read.',
  driftFew: (images: number, least: number, name: string) =>
    `${plural(images, 'frame', 'frames')} of ${name} so far; from ${least} on it is said whether they look as in the training.`,
  driftFine: (images: number, name: string) =>
    `The last ${plural(images, 'frame', 'frames')} of ${name} look as in the training.`,
  capture: 'Film good parts to learn from',
  captureHint:
    'Four pictures a second as long as the button, or the space bar on it, is held. Turn and move the part as it will come. They go into the data set at once, to learn from.',
  dataset: 'Data set',
  newDataset: 'A new data set',
  datasetName: 'Name of the new data set',
  hold: 'Hold to film',
  filmed: (count: number, product: string, dataset: string) =>
    `${plural(count, 'picture', 'pictures')} of ${product} added to ${dataset}.`,
  look: 'See them',
  startFirst: 'Start the camera to film.',
};
