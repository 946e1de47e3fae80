/** @file What a training came to, in words: thresholds, good photographs to look at, what to do next. */
import { bitsOf } from '../detector/camera/camera.ts';
import { thresholdOfRegion } from '../detector/roi/named-results.ts';
import { countsTrained } from '../detector/thresholds/score-gap.ts';
import { mostOf, wholeRange } from '../image/samples.ts';
import type { RankedImage } from '../jobs/good-images/ranked-images.ts';
import { RunFolder } from '../jobs/run-folder.ts';
import type { TrainOutcome } from '../jobs/train/train.ts';
import { percent, programName, shellWord } from './output.ts';

/** Photographs that are named; the file has all. */
const mostShown = 5;

/**
 * What a training prints at its end.
 * @param page - of the report; null where there is none
 */
export function describeTraining(outcome: TrainOutcome, page: string | null): string {
  const { run: folder, model, metadata, seconds, chosen, steps } = outcome;
  const chosenText = chosen ? `, checkpoint of stage ${chosen.stage}, step ${chosen.step}` : '';
  const count = metadata.classes.length;
  const classes = count === 1 ? 'one class' : `${count} classes`;
  const trained = steps
    ? [`Trained ${classes} in ${Math.round(seconds)} s (${stepsText(steps)}${chosenText}).`]
    : [];
  const evaluate =
    metadata.provenance.data.layout === 'plain' ? [] : [`  ${programName()} evaluate ${shellWord(folder)}`];
  return [
    ...trained,
    `Detector: ${model}`,
    ...(page === null ? [] : [`Report: ${page}`]),
    ...describeBits(metadata),
    'Thresholds:',
    ...describeThresholds(metadata),
    ...describeSuspects(outcome),
    ...(outcome.leftOut.total === 0
      ? []
      : [
          `Left out of the data set: ${outcome.leftOut.total}, by reason in ${new RunFolder(folder).leftOut}`,
        ]),
    '',
    'Next:',
    ...evaluate,
    `  ${programName()} predict ${shellWord(folder)} IMAGE_OR_FOLDER --maps maps/`,
  ].join('\n');
}

/** How 16-bit files are read, where it is not the whole range. */
function describeBits(metadata: TrainOutcome['metadata']): string[] {
  const bits = bitsOf(metadata);
  return bits === wholeRange
    ? []
    : [`16-bit files: read as ${bits} bits a sample (0 to ${mostOf(bits)}); brighter ones are refused.`];
}

/** A line a class, and what more images would give where there are too few for the rate that was asked for. */
function describeThresholds(metadata: TrainOutcome['metadata']): string[] {
  const { classes, thresholds, provenance, regionsOfInterest } = metadata;
  const { scoreGap } = provenance;
  const kind = countsTrained(scoreGap) ? 'good' : 'held-out';
  const lines = classes.flatMap((name) => {
    const { threshold, achievableRate, count, setAside = 0 } = thresholds[name]!;
    const images = `${count} ${kind} image${count === 1 ? '' : 's'}${setAsideText(setAside, count, achievableRate)}`;
    const named = regionsOfInterest?.[name]?.named?.map((each) => {
      const own = thresholdOfRegion(threshold, each);
      return `    ${name}/${each.name}: anomalous above ${own.toPrecision(4)}`;
    });
    const above = named ? 'one region is above its threshold' : `above ${threshold.toPrecision(4)}`;
    return [
      `  ${name}: anomalous ${named ? 'where ' : ''}${above}; about ${percent(achievableRate)} false alarms (${images})`,
      ...(named ?? []),
    ];
  });
  if (scoreGap !== undefined && !countsTrained(scoreGap))
    lines.push(
      '  The networks score what they were trained on too low to set thresholds by: held-out images alone.',
    );
  const short = classes.filter((name) => thresholds[name]!.achievableRate > thresholds[name]!.requestedRate);
  if (short.length === 0) return lines;
  const { requestedRate } = thresholds[short[0]!]!;
  const needed = Math.ceil(1 / requestedRate) - 1;
  return [
    ...lines,
    `  ${percent(requestedRate)} was asked for, which takes ${needed} ${kind} images of each class: train with more, or set thresholds by later ones with clad calibrate.`,
  ];
}

/** What the false-alarm rate would be if those that have no say are good parts after all: then they are false alarms. */
function setAsideText(setAside: number, count: number, rate: number): string {
  if (setAside === 0) return '';
  const all = count + setAside;
  const ifGood = (rate * (count + 1) + setAside) / (all + 1);
  const which =
    setAside === 1 ? '1 more stands out and has no say' : `${setAside} more stand out and have no say`;
  return `; ${which}, about ${percent(ifGood)} if ${setAside === 1 ? 'it is a good part' : 'they are good parts'}`;
}

/** Good images that may not be good, a few of them. */
function describeSuspects(outcome: TrainOutcome): string[] {
  const { run, standingOut, misplaced, warnings } = outcome;
  const { goodImages, standingOut: images } = new RunFolder(run);
  const lines = [
    ...listed(
      standingOut ?? [],
      `Good photographs unlike the others of their class, which have no say in its threshold. Are they good parts? Images: ${images}, scores: ${goodImages}`,
      ({ path, score, deviations }) =>
        `${path}: ${score.toPrecision(4)}, ${Math.round(deviations)} deviations above the middle`,
    ),
    ...listed(
      misplaced ?? [],
      'Photographs that look like another class. Do they lie in the wrong folder?',
      ({ path, class: name, recognisedAs, share }) =>
        `${path}: in ${name}, recognised as ${recognisedAs} (${percent(share)} of the votes)`,
    ),
  ];
  const remedy =
    lines.length === 0
      ? []
      : [
          `  The detector knows what they look like as normal. If they are not good: ${programName()} update ${shellWord(run)} --exclude FILE..., or --exclude-outliers for all of these; it takes seconds.`,
        ];
  return [...warnings.map((each) => `WARNING: ${each}`), ...lines, ...remedy];
}

/** A heading and a few of the images. */
function listed(
  images: readonly RankedImage[],
  heading: string,
  line: (image: RankedImage) => string,
): string[] {
  if (images.length === 0) return [];
  return [
    heading,
    ...images.slice(0, mostShown).map((image) => `  ${line(image)}`),
    ...(images.length > mostShown ? [`  and ${images.length - mostShown} more`] : []),
  ];
}

/** E.g. `600 + 300 steps`. */
function stepsText(steps: Readonly<Record<string, number>>): string {
  const counts = Object.values(steps);
  return counts.length === 0 ? 'no networks' : `${counts.join(' + ')} steps`;
}
