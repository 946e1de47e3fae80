/**
 * (f) A whole training of the default, from reading the images to thresholds and the detector's file, beside the backbone's passes that it cannot do
 * without: one for each good image and each synthetic one. `--data` takes a data set of one's own.
 */
import { bareBackbone } from '../made/backbone.mjs';
import { inTurns, ratioOf } from '../measure.mjs';

export const letter = 'f';
export const about = 'a whole training';
export const seconds = 20;

/** Of one image through the bare backbone, before or after a training, never beside one. */
export async function bareTimes(context) {
  const bare = await bareBackbone(context);
  const { one } = await inTurns({ one: () => bare.run(1) }, context.limits(5));
  await bare.release();
  return one;
}

export async function measure(context) {
  const { phases, milliseconds, perImage } = await context.training();
  const images = phases.find(({ task }) => task === 'patch features').units;
  const passes = Math.round(images * (1 + perImage));
  const bare = Math.min(...(await bareTimes(context))) * passes;
  const beside = `${passes} backbone passes`;
  const part = (what, time, target) => ({
    what,
    unit: 'ms',
    value: time,
    beside,
    besideValue: bare,
    ratio: ratioOf('times', [time], [bare]),
    ...(target && { target }),
  });
  const whole = part(`training of ${images} images`, milliseconds, { of: 'ratio', most: 2.5 });
  const parts = phases.filter((phase) => phase.milliseconds > 0.02 * milliseconds);
  return [whole, ...parts.map((phase) => part(`  of it: ${phase.task}`, phase.milliseconds))];
}
