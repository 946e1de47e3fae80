/** @file What a training came to, in words: thresholds, good photographs to look at, what to do next. */
import { bitsOf } from '../detector/camera.ts';
import { countsTrained } from '../detector/familiarity.ts';
import { mostOf, wholeRange } from '../image/samples.ts';
import { RunFolder } from '../methods/run-folder.ts';
import type { TrainOutcome } from '../methods/train.ts';
import { percent, programName, shellWord } from './output.ts';

/** Photographs that are named; the file has all. */
const mostShown = 5;

/**
 * What a training prints at its end.
 * @param page - of the report; null where there is none
 */
export function describeTraining(outcome: TrainOutcome, page: string | null): string {
  const { run: folder, model, metadata, seconds, chosen, steps } = outcome;
  const chosenText = chosen ? `, networks of stage ${chosen.stage}, step ${chosen.step}` : '';
  const count = metadata.classes.length;
  const products = count === 1 ? 'one product' : `${count} products`;
  const trained = steps
    ? [
        `Trained ${products} in ${Math.round(seconds)} s (${steps.stage1} + ${steps.stage2} steps${chosenText}).`,
      ]
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
    ...describeStandingOut(outcome),
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

/** A line a product, and what more images would give where there are too few for the rate that was asked for. */
function describeThresholds({ classes, thresholds, provenance }: TrainOutcome['metadata']): string[] {
  const { familiarity } = provenance;
  const kind = countsTrained(familiarity) ? 'good' : 'held-out';
  const lines = classes.map((name) => {
    const { threshold, achievableRate, count } = thresholds[name];
    const images = `${count} ${kind} image${count === 1 ? '' : 's'}`;
    return `  ${name}: anomalous above ${threshold.toPrecision(4)}; about ${percent(achievableRate)} false alarms (${images})`;
  });
  if (familiarity !== undefined && !countsTrained(familiarity))
    lines.push(
      '  The networks score what they were trained on too low to set thresholds by: held-out images alone.',
    );
  const short = classes.filter((name) => thresholds[name].achievableRate > thresholds[name].requestedRate);
  if (short.length === 0) return lines;
  const { requestedRate } = thresholds[short[0]];
  const needed = Math.ceil(1 / requestedRate) - 1;
  return [
    ...lines,
    `  ${percent(requestedRate)} was asked for, which takes ${needed} ${kind} images of each product: train with more, or set thresholds by later ones with clad calibrate.`,
  ];
}

/** Good images that may not be good, a few of them. */
function describeStandingOut({ run, standingOut }: TrainOutcome): string[] {
  if (standingOut === null || standingOut.length === 0) return [];
  const { goodImages, standingOut: pictures } = new RunFolder(run);
  return [
    `Good photographs unlike the others of their product. Bad parts among them would raise the threshold: take them out, train again. Pictures: ${pictures}, scores: ${goodImages}`,
    ...standingOut
      .slice(0, mostShown)
      .map(
        ({ path, score, deviations }) =>
          `  ${path}: ${score.toPrecision(4)}, ${Math.round(deviations)} deviations above the middle`,
      ),
    ...(standingOut.length > mostShown ? [`  and ${standingOut.length - mostShown} more`] : []),
  ];
}
