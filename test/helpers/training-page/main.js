/** A page that trains, itself or in a worker, and predicts images with the result, for tests to call. */
import { loadDetector } from '../../../dist/web/index.js';
import { opfsStorage, pageImages } from '../../../dist/web/training.js';
import { train } from './training.js';

/** The same in a worker. */
function trainInWorker(...order) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { value, reason } }) =>
      reason === undefined ? resolve(value) : reject(new Error(reason));
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(order);
  }).finally(() => worker.terminate());
}

/** What the detector that lies in the private files says of images. */
/** @param trained - method and preset, as `train` names its folder */
async function predict(trained, names) {
  const bytes = await (await opfsStorage('trained')).folder(trained).read('model.onnx');
  const detector = await loadDetector(bytes, { device: 'wasm' });
  const lines = [];
  for (const name of names) {
    const { map: _, ...line } = await detector.predict(await (await fetch(`new/${name}`)).blob());
    lines.push(line);
  }
  await detector.release();
  return lines;
}

/** The images that a server has under these names, by paths that begin with a slash. */
async function served(names) {
  const files = new Map();
  for (const name of names) files.set(`/${name}`, await (await fetch(name)).blob());
  return pageImages(files);
}

Object.assign(globalThis, { train, trainInWorker, predict, served });
