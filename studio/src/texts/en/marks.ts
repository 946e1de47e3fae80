/** @file Words of wrong judgements and what is learnt from them. */
import { plural } from './plural.ts';

export const marks = {
  title: 'Wrong judgements',
  hint: 'Mark what the detector gets wrong: a good part that it calls anomalous, or a defect that it lets pass. It learns from the marked images without a new training.',
  mark: { 'false-alarm': 'This was a false alarm', missed: 'This was missed' },
  marked: { 'false-alarm': 'Marked: false alarm', missed: 'Marked: missed' },
  fromLine: 'of the line',
  lineTitle: 'Pictures of the line',
  notJudged: 'not judged',
  takeBack: (path: string) => `Take back the mark of ${path}`,
  against: {
    'false-alarm': 'Its folder says that it is defective. Mark it only if it shows a good part.',
    missed: 'Its folder says that it is good. Mark it only if it shows a defect.',
  },
  falseAlarms: (count: number) =>
    plural(
      count,
      'false alarm joins the good images of its product',
      'false alarms join the good images of their products',
    ),
  missed: (count: number) =>
    plural(
      count,
      'missed defect lowers the threshold of its product',
      'missed defects lower the thresholds of their products',
    ),
  update: 'Learn from them',
  updating: 'Learning',
  own: 'The detector of the run itself learns, with its own thresholds: versions with thresholds that were moved by hand stay as they are, and are not listed any more.',
  done: 'What was learnt',
  joined: (count: number, version: number) =>
    `${plural(count, 'false alarm', 'false alarms')} joined the good images: version ${version} of the detector.`,
  lowered: (count: number, version: number) =>
    `A threshold was lowered for ${plural(count, 'missed defect', 'missed defects')}: version ${version} of the detector.`,
  caught: 'The detector of the run catches the missed images already, so nothing was changed for them.',
  threshold: (name: string, before: string, now: string, rate: string) =>
    `${name}: threshold ${before}, now ${now}; about ${rate} of good parts are called anomalous.`,
  fresh: 'none',
  refused: (count: number) => `${plural(count, 'marked image was', 'marked images were')} not taken:`,
  force: 'Do it all the same',
  forceHint: 'Look at the images first. On the command line this is --force.',
  kept: (folder: string) => `The detector of before is kept in ${folder}.`,
  waiting: 'Before and after are shown once the new version is evaluated.',
  before: 'Before',
  now: 'Now',
  judged: (score: string, threshold: string) => `${score}, threshold ${threshold}`,
  set: 'Test images',
  allImages: 'all',
  others: 'those not marked',
  othersHint:
    'The detector has learnt from the marked images, so what it says of them is no measure of new parts: count the others.',
  learntFrom: (count: number) =>
    `The detector has learnt from ${count.toLocaleString('en')} of these test images, so the numbers are too good for new parts.`,
  side: 'See all images side by side',
};
