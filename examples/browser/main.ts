/** @file The page: a detector, pictures from a file or a camera, and what the detector says of them. */
import { CladError, type ImageSource, loadDetector, toRgbImage, type WebDetector } from 'clad/web';
import { Camera } from './camera.ts';
import { element } from './element.ts';
import { showResult, showSpeed } from './readout.ts';
import { Stage } from './stage.ts';

const stage = new Stage();
const camera = new Camera(element('video', HTMLVideoElement));
let detector: WebDetector | undefined;
/** The picture that shows, to be judged again by another detector. */
let last: ImageSource | undefined;

const trouble = element('trouble', HTMLElement);
const about = element('about', HTMLElement);
const progress = element('progress', HTMLProgressElement);
const device = element('device', HTMLSelectElement);
const cameraButton = element('camera', HTMLButtonElement);
const cameras = element('cameras', HTMLSelectElement);

/** Does something, and tells of what goes wrong in the words of its error. */
async function attempt(work: () => Promise<void>): Promise<void> {
  trouble.hidden = true;
  document.body.ariaBusy = String(!camera.running);
  try {
    await work();
  } catch (error) {
    trouble.textContent = error instanceof Error ? error.message : String(error);
    trouble.hidden = false;
    if (!(error instanceof CladError)) console.error(error);
  } finally {
    document.body.ariaBusy = 'false';
  }
}

async function load(source: string | File): Promise<void> {
  progress.hidden = false;
  progress.removeAttribute('value');
  about.textContent = 'Loading the detector ...';
  const old = detector;
  try {
    detector = undefined;
    await old?.release();
    detector = await loadDetector(source, {
      device: device.value as 'auto' | 'webgpu' | 'wasm',
      onProgress: ({ loaded, total }) => {
        if (total !== null) progress.value = loaded / total;
      },
    });
  } catch (error) {
    about.textContent = 'No detector.';
    throw error;
  } finally {
    progress.hidden = true;
  }
  const { metadata, whyNotWebGpu } = detector;
  about.textContent = `${metadata.classes.length === 1 ? 'Product' : 'Products'}: ${metadata.classes.join(', ')}. Made ${metadata.created.slice(0, 10)} with backbone ${metadata.provenance.backbone.name}.`;
  element('used', HTMLElement).textContent =
    detector.device === 'webgpu'
      ? 'WebGPU'
      : `WebAssembly, ${detector.threads} ${detector.threads === 1 ? 'thread' : 'threads'}${whyNotWebGpu === undefined ? '' : `; no WebGPU: ${whyNotWebGpu}`}`;
  if (last && !camera.running) await judge(last);
}

async function judge(source: ImageSource): Promise<void> {
  const image = await toRgbImage(source);
  if (!detector) {
    stage.show(image);
    throw new Error('Load a detector first: choose its model.onnx above.');
  }
  const judging = detector;
  const began = performance.now();
  const result = await judging.predict(image);
  const milliseconds = performance.now() - began;
  stage.show(image, judging, result);
  showResult(result);
  showSpeed(milliseconds, camera.rate());
}

async function choosePicture(file: File): Promise<void> {
  camera.stop();
  showCamera();
  last = file;
  await judge(file);
}

async function watch(): Promise<void> {
  try {
    await camera.start(cameras.value || undefined);
    document.body.ariaBusy = 'false';
    showCamera();
    await listCameras();
    // The next frame is the newest there is then: frames that come meanwhile are not queued.
    await camera.each((video) => judge(video));
  } finally {
    camera.stop();
    showCamera();
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

function onFile(id: string, use: (file: File) => Promise<void>): void {
  const input = element(id, HTMLInputElement);
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // The same file may be chosen again after it has changed.
    input.value = '';
    if (file) void attempt(() => use(file));
  });
}

const isModel = (file: File) => file.name.toLowerCase().endsWith('.onnx');
const modelName = element('model-name', HTMLElement);
async function loadFile(file: File): Promise<void> {
  await load(file);
  modelName.textContent = file.name;
}

onFile('model-file', loadFile);
onFile('picture-file', choosePicture);
element('model-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const { value } = element('model-url', HTMLInputElement);
  if (value.trim()) void attempt(() => load(value.trim()));
});
cameraButton.addEventListener('click', () => {
  if (camera.running) {
    camera.stop();
    showCamera();
  } else void attempt(watch);
});
cameras.addEventListener('change', () => {
  if (camera.running) void attempt(() => camera.start(cameras.value));
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
  if (file) void attempt(() => (isModel(file) ? loadFile(file) : choosePicture(file)));
});
document.addEventListener('paste', (event) => {
  const file = event.clipboardData?.files[0];
  if (file) void attempt(() => choosePicture(file));
});

// `?model=models/parts.onnx` loads a detector at once, `&device=wasm` on that device.
const asked = new URLSearchParams(location.search);
if (asked.has('device')) device.value = asked.get('device') ?? 'auto';
const model = asked.get('model');
if (model) void attempt(() => load(model));
