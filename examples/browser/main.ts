/** @file The page: a detector, images from a file or a camera, and what the detector says of them. */
import { CladError, loadDetector, type RgbImage, toRgbImage, type WebDetector } from 'clad/web';
import { Camera } from '../../src/web/camera.ts';
import { element } from './element.ts';
import { showNothing, showResult, showSpeed } from './readout.ts';
import { Stage } from './stage.ts';
import { type Turn, Turns } from './turns.ts';

const stage = new Stage();
const camera = new Camera(element('video', HTMLVideoElement));
/** A file or a camera: what the page says is about the newest. */
const images = new Turns();
const detectors = new Turns();
let detector: WebDetector | undefined;
/** Of the detector on its way. */
let download: AbortController | undefined;
/** The image that shows, to be predicted by the next detector. */
let last: RgbImage | undefined;

const trouble = element('trouble', HTMLElement);
const about = element('about', HTMLElement);
const used = element('used', HTMLElement);
const modelName = element('model-name', HTMLElement);
const noModel = modelName.textContent;
const progress = element('progress', HTMLProgressElement);
const device = element('device', HTMLSelectElement);
const cameraButton = element('camera', HTMLButtonElement);
const cameras = element('cameras', HTMLSelectElement);

/** Does something, and tells of what goes wrong in the words of its error, unless something newer has begun. */
async function attempt(turn: Turn, work: () => Promise<void>): Promise<void> {
  trouble.hidden = true;
  document.body.ariaBusy = 'true';
  try {
    await work();
  } catch (error) {
    if (turn.isNewest) tell(error);
  } finally {
    if (turn.isNewest) document.body.ariaBusy = 'false';
  }
}

/** Takes back what was said of an image. @param word - stands in the verdict's place */
function takeBack(word: string): void {
  showNothing(word);
  stage.forget();
}

function tell(error: unknown): void {
  takeBack('No result');
  trouble.textContent = error instanceof Error ? error.message : String(error);
  trouble.hidden = false;
  if (!(error instanceof CladError)) console.error(error);
}

/** @param name - of a file, for the button */
async function load(turn: Turn, source: string | File, name = noModel): Promise<void> {
  download?.abort();
  const controller = new AbortController();
  download = controller;
  const old = detector;
  // From here on, late answers of the old one are no longer shown.
  detector = undefined;
  showDetector(undefined);
  let loaded: WebDetector | undefined;
  try {
    await old?.release();
    loaded = await loadDetector(source, {
      device: device.value as 'auto' | 'webgpu' | 'wasm',
      signal: controller.signal,
      onProgress: ({ loaded, total }) => {
        if (turn.isNewest && total !== null) progress.value = loaded / total;
      },
    });
  } finally {
    if (turn.isNewest) {
      download = undefined;
      progress.hidden = true;
      about.textContent = 'No detector.';
      if (!loaded) camera.stop();
    }
  }
  if (!turn.isNewest) return loaded.release();
  detector = loaded;
  showDetector(loaded, name);
  if (last && !camera.running) await choose(last);
}

/** What is loaded; undefined while something is on its way. */
function showDetector(loaded: WebDetector | undefined, name = noModel): void {
  takeBack(loaded ? 'No result' : 'Loading the detector');
  modelName.textContent = name;
  progress.hidden = loaded !== undefined;
  if (!loaded) {
    progress.removeAttribute('value');
    about.textContent = 'Loading the detector ...';
    used.textContent = '–';
    return;
  }
  const { classes, created, provenance } = loaded.metadata;
  about.textContent = `${classes.length === 1 ? 'Class' : 'Classes'}: ${classes.join(', ')}. Made ${created.slice(0, 10)} with backbone ${provenance.backbone.name}.`;
  const instead = loaded.whyNotWebGpu === undefined ? '' : `; no WebGPU: ${loaded.whyNotWebGpu}`;
  used.textContent =
    loaded.device === 'webgpu'
      ? 'WebGPU'
      : `WebAssembly, ${loaded.threads} ${loaded.threads === 1 ? 'thread' : 'threads'}${instead}`;
}

/** Predicts an image in the place of whatever showed. */
function choose(source: File | RgbImage): Promise<void> {
  const turn = images.begin();
  return attempt(turn, async () => {
    camera.stop();
    showCamera();
    last = undefined;
    stage.clear();
    takeBack('Predicting');
    const image = await toRgbImage(source);
    if (!turn.isNewest) return;
    last = image;
    stage.show(image);
    await predict(turn, image);
  });
}

/** Shows what the detector says of an image, unless another image or detector has come meanwhile. */
async function predict(turn: Turn, image: RgbImage): Promise<void> {
  const current = detector;
  if (!current) {
    if (!download) throw new Error('Load a detector first: choose its model.onnx above.');
    // It predicts the image once it is there.
    return takeBack('Loading the detector');
  }
  const began = performance.now();
  try {
    const result = await current.predict(image);
    if (!turn.isNewest || current !== detector) return;
    stage.show(image, current, result);
    showResult(result);
    showSpeed(performance.now() - began, camera.rate());
  } catch (error) {
    // One that was replaced meanwhile was released, and could not answer.
    if (current === detector) throw error;
  }
}

async function watch(turn: Turn): Promise<void> {
  last = undefined;
  const wait = (word: string) => {
    stage.clear();
    takeBack(word);
  };
  wait('Waiting for the camera');
  try {
    const came = await camera.start(cameras.value || undefined);
    if (!came) return;
    document.body.ariaBusy = 'false';
    showCamera();
    await listCameras();
    // The next frame is the newest there is then: frames that come meanwhile are not queued.
    await camera.each(
      (video) => predictFrame(turn, video),
      () => wait('Waiting for the camera'),
    );
  } finally {
    if (turn.isNewest) {
      camera.stop();
      if (!last) wait('No result');
    }
    showCamera();
  }
}

/** Milliseconds for which the last frame's verdict stays while the next frame is predicted. */
const staysFor = 2_000;

async function predictFrame(turn: Turn, video: HTMLVideoElement): Promise<void> {
  const blank = setTimeout(() => {
    if (turn.isNewest && detector) takeBack('Predicting');
  }, staysFor);
  try {
    last = await toRgbImage(video);
    if (!detector) stage.show(last);
    await predict(turn, last);
  } finally {
    clearTimeout(blank);
  }
}

function showCamera(): void {
  cameraButton.textContent = camera.running ? 'Stop camera' : 'Start camera';
}

async function listCameras(): Promise<void> {
  const found = await camera.list();
  cameras.replaceChildren(
    ...found.map(({ deviceId, label }, index) => new Option(label || `Camera ${index + 1}`, deviceId)),
  );
  if (camera.deviceId) cameras.value = camera.deviceId;
  element('camera-choice', HTMLElement).hidden = found.length < 2;
}

function loadFrom(source: string | File, name?: string): void {
  const turn = detectors.begin();
  void attempt(turn, () => load(turn, source, name));
}

function startCamera(): void {
  const turn = images.begin();
  void attempt(turn, () => watch(turn));
}

function onFile(id: string, use: (file: File) => void): void {
  const input = element(id, HTMLInputElement);
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // The same file may be chosen again after it has changed.
    input.value = '';
    if (file) use(file);
  });
}

const isModel = (file: File) => file.name.toLowerCase().endsWith('.onnx');
const loadFile = (file: File) => loadFrom(file, file.name);

onFile('model-file', loadFile);
onFile('image-file', choose);
element('model-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const { value } = element('model-url', HTMLInputElement);
  if (value.trim()) loadFrom(value.trim());
});
cameraButton.addEventListener('click', () => {
  if (camera.running) {
    camera.stop();
    showCamera();
  } else startCamera();
});
cameras.addEventListener('change', () => {
  if (camera.running) startCamera();
});

const view = element('view', HTMLElement);
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  view.classList.add('over');
});
document.addEventListener('dragleave', () => view.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  view.classList.remove('over');
  const file = event.dataTransfer?.files[0];
  if (file) void (isModel(file) ? loadFile(file) : choose(file));
});
document.addEventListener('paste', (event) => {
  const file = event.clipboardData?.files[0];
  if (file) void choose(file);
});

// `?model=models/parts.onnx` loads a detector at once, `&device=wasm` on that device.
const asked = new URLSearchParams(location.search);
if (asked.has('device')) device.value = asked.get('device') ?? 'auto';
const model = asked.get('model');
if (model) loadFrom(model);
