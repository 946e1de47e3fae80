/** (h) Start-up, as people meet it: whole processes, `clad --help` and the prediction of one image, beside Node that does nothing. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writePng } from '../../dist/image/encode.js';
import { inputSize } from '../made/backbone.mjs';
import { madeImage } from '../made/images.mjs';
import { inTurns, line, processor } from '../measure.mjs';

export const letter = 'h';
export const about = 'start-up';
export const seconds = 30;

const clad = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const tellTime = fileURLToPath(new URL('../made/tell-time.cjs', import.meta.url));
const run = promisify(execFile);

export async function measure(context) {
  const detector = await context.detector(4);
  const image = join(context.folder, 'start.png');
  await writePng(image, madeImage('class00', 1000, inputSize));
  const limits = context.limits(20);
  const byProcessor = limits.now === processor;
  const node = async (...args) => {
    const { stderr } = await run(process.execPath, byProcessor ? ['--require', tellTime, ...args] : args);
    return byProcessor ? Number(stderr.split('\n').at(-1)) : undefined;
  };
  const times = await inTurns(
    {
      bare: () => node('-e', '0'),
      help: () => node(clad, '--help'),
      predict: () => node(clad, 'predict', detector, image, '--threads', String(context.engine.threads)),
    },
    { ...limits, least: Math.max(limits.least, 5) },
  );
  const beside = { beside: 'node -e 0', besideTimes: times.bare, kind: 'times' };
  return [
    line('clad --help', times.help, { ...beside, target: { of: 'value', most: 150 } }),
    line('clad predict of one image', times.predict, { ...beside, target: { of: 'value', most: 1200 } }),
  ];
}
