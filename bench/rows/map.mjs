/** The anomaly map: enlarging and blurring as one matrix, beside Resize and a convolution with the same kernel. */
import { anomalyMap } from '../../dist/detector/heat/anomaly-map.js';
import { conv, Graph, reshape, resizeLinear } from '../../dist/graph/index.js';
import { float32 } from '../../dist/runtime/engine.js';
import { inTurns, line } from '../measure.mjs';

export const letter = 'map';
export const about = 'anomaly maps';
export const seconds = 10;

const [grid, size, batch] = [28, 224, 8];

export async function measure(context) {
  const { engine, random } = context;
  const scores = float32(random.fillNormal(new Float32Array(batch * grid * grid)), [batch * grid * grid]);
  const ours = new Graph();
  ours.output(
    'map',
    anomalyMap(
      ours.input('scores', 'float32', ['rows']),
      { rows: grid, columns: grid },
      { width: size, height: size, blurSigma: 4 },
    ),
  );
  const other = new Graph();
  const low = reshape(other.input('scores', 'float32', ['rows']), [-1, 1, grid, grid], 'N');
  const high = resizeLinear(low, [2, 3], [size, size]);
  const taps = Float32Array.from({ length: 33 }, (_, tap) => Math.exp(-((tap - 16) ** 2) / 32));
  const kernel = Float32Array.from({ length: 33 * 33 }, (_, at) => taps[Math.floor(at / 33)] * taps[at % 33]);
  const blurred = conv(high, other.constant('kernel', kernel, [1, 1, 33, 33]), undefined, { padding: 16 });
  other.output('map', blurred);
  const sessions = [await engine.load(ours.toBytes()), await engine.load(other.toBytes())];
  const [one, two] = sessions.map((session) => () => session.run({ scores }));
  const times = await inTurns({ one, two }, context.limits(5));
  for (const session of sessions) await session.release();
  return [
    line(`${batch} maps from ${grid} to ${size} with blur, as one matrix`, times.one, {
      beside: 'resize and convolution',
      besideTimes: times.two,
      kind: 'times',
    }),
  ];
}
