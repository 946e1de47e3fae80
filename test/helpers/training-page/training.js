/** A training with nothing of Node, in a page or in a worker: what docs/browser.md shows, with thresholds by good images. */
import {
  builtinBackbone,
  builtinName,
  calibrateByGood,
  detectorBytes,
  detectorFormat,
  detectorGraph,
  fetchedWeights,
  fingerprint,
  imagesToPredict,
  leaveOneOutDetector,
  methods,
  opfsStorage,
  pageImages,
  predictGoodImages,
  produceInPage,
  resolveOptions,
  scoreGapOf,
  splitHeldOut,
  storedDetector,
  webEngine,
} from '../../../dist/web/training.js';

/** The photographs that a server has, as a data set. @param names - `class/file`, sorted */
async function photographs(names) {
  const files = new Map();
  for (const name of names) files.set(`/photos/${name}`, await (await fetch(`/photos/${name}`)).blob());
  const samples = names.map((name) => ({
    path: `/photos/${name}`,
    className: name.split('/')[0],
    split: 'train',
    anomalous: false,
    defect: 'good',
  }));
  const classes = [...new Set(samples.map(({ className }) => className))];
  return {
    images: pageImages(files),
    dataset: { root: '/photos', layout: 'plain', classes, samples, leftOut: [] },
  };
}

/** Trains, and leaves the detector's file in the private files. */
export async function train(methodName, preset, overrides, photos) {
  const storage = (await opfsStorage('trained')).folder(`${methodName}-${preset}`);
  const { images, dataset } = await photographs(photos);
  const method = methods.get(methodName);
  const options = resolveOptions(method, preset, overrides);
  const engine = await webEngine({ device: 'wasm' });
  const backbone = await builtinBackbone(builtinName, fetchedWeights());
  const training = dataset.samples;
  const split = splitHeldOut(training, options.heldOut, options.seed);
  const view = await method.view(options, backbone, { engine });
  const fitted = await method.fit({
    options,
    view,
    engine,
    backbone,
    dataset,
    training,
    split,
    images,
    produce: produceInPage(images),
    fingerprint: await fingerprint(dataset, images),
    textures: null,
    bits: 16,
    cache: storage.folder('cache'),
    run: {
      checkpoint: storage.folder('checkpoint'),
      samples: storage.folder('samples'),
      log: (entry) => storage.append('log.jsonl', JSON.stringify(entry)),
      rewindLog: () => storage.remove('log.jsonl'),
    },
    resume: false,
  });
  const metadata = await described({
    methodName,
    preset,
    options,
    view,
    engine,
    backbone,
    dataset,
    split,
    images,
    fitted,
  });
  const file = detectorBytes(detectorGraph(fitted, dataset.classes).toModel(), metadata);
  await storage.write('model.onnx', file);
  const names = async (place) => (await place.list()).sort();
  return {
    steps: fitted.steps,
    files: await names(storage),
    samples: await names(storage.folder('samples')),
    cache: await names(storage.folder('cache')),
  };
}

/** What the file says of itself, thresholds by good images as in Node. */
async function described({
  methodName,
  preset,
  options,
  view,
  engine,
  backbone,
  dataset,
  split,
  images,
  fitted,
}) {
  const { classes, samples } = dataset;
  const graph = detectorGraph(fitted, classes, { leaveOneOut: true, size: view.geometry });
  const oneOut = await leaveOneOutDetector(engine, graph.toBytes());
  const stored = await storedDetector(engine, fitted.stored, { classes, size: view.geometry });
  const predicted = await predictGoodImages(
    {
      paths: samples.map(({ path }) => path),
      images,
      ids: imagesToPredict(samples, split, options.seed),
      heldOut: split.heldOut,
      bits: 16,
      classes,
      stored,
    },
    oneOut,
    () => {},
  );
  await stored.release();
  await oneOut.release();
  const trained = Object.values(fitted.steps).some((count) => count > 0);
  const calibration = calibrateByGood(
    predicted,
    options.falseAlarmRate,
    trained ? scoreGapOf(predicted.images) : 0,
  );
  const each = (value) => Object.fromEntries([...calibration.classes].map(([name, of]) => [name, value(of)]));
  const { name, licence, source } = backbone.card;
  return {
    format: detectorFormat,
    cladVersion: '0.1.0',
    created: new Date().toISOString(),
    method: methodName,
    classes,
    geometry: view.geometry,
    grid: view.grid,
    thresholds: each(({ threshold }) => threshold),
    display: each(({ display }) => display),
    provenance: {
      data: { name: 'photos', layout: 'plain', fingerprint: '', trainingImages: {}, heldOutImages: {} },
      backbone: { name, sha256: backbone.sha256, licence, source },
      textures: '',
      preset,
      changes: {},
      seed: options.seed,
      selection: '',
      device: engine.device,
    },
  };
}
