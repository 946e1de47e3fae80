/** @file The page: products with pictures of good parts, teaching, and watching with what was taught. No server has a part in it. */
import { Camera } from '../../src/web/camera.ts';
import { element } from '../browser/element.ts';
import { Filming } from './filming.ts';
import { Lesson } from './lesson.ts';
import { droppedFiles, Products } from './products.ts';
import { type Texts, Words } from './texts.ts';
import { Watch } from './watch.ts';

const words = new Words();
const video = element('video', HTMLVideoElement);
const camera = new Camera(video);
const watch = new Watch(words);
const products = new Products(words, () => changed());
const filming = new Filming(camera, products, words);
const lesson = new Lesson(words, products, async ({ model }) => {
  await watch.use(model);
  download.disabled = false;
});

const download = element('download', HTMLButtonElement);
const cameraButton = element('camera', HTMLButtonElement);
const cameras = element('cameras', HTMLSelectElement);
const language = element('language', HTMLSelectElement);

products.add();

function changed(): void {
  // Once before the two are there.
  if (products.all.length === 0 && !element('products', HTMLElement).isConnected) return;
  filming.show();
  lesson.check();
}

/** Does something, and tells of what goes wrong in the words of its error. */
async function attempt(work: () => Promise<void>): Promise<void> {
  element('trouble', HTMLElement).hidden = true;
  try {
    await work();
  } catch (error) {
    lesson.tell(error);
  }
}

async function loadFile(file: File): Promise<void> {
  download.disabled = true;
  lesson.say('loading');
  try {
    const { metadata } = await watch.use(file);
    lesson.say('loaded', { products: metadata.classes.join(', '), size: (file.size / 1e6).toFixed(1) });
    download.disabled = false;
  } catch (error) {
    lesson.check();
    throw error;
  }
}

function save(): void {
  const { file } = watch;
  if (!file) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'model.onnx';
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function film(): Promise<void> {
  try {
    const came = await camera.start(cameras.value || undefined);
    if (!came) return;
    showCamera();
    await listCameras();
    // Whoever stops the camera, or starts another, says what shows then.
    await camera.each(
      async (frame) => {
        if (watch.detector) await watch.check(frame);
      },
      () => watch.forget(),
    );
  } catch (error) {
    watch.forget();
    showCamera();
    throw error;
  }
}

function showCamera(): void {
  cameraButton.textContent = words.say(camera.running ? 'stopCamera' : 'startCamera');
  video.hidden = !camera.running;
  element('filming', HTMLElement).hidden = !camera.running;
}

async function listCameras(): Promise<void> {
  const found = await camera.list();
  cameras.replaceChildren(
    ...found.map(
      ({ deviceId, label }, at) => new Option(label || `${words.say('cameraTitle')} ${at + 1}`, deviceId),
    ),
  );
  if (camera.deviceId) cameras.value = camera.deviceId;
  element('camera-choice', HTMLElement).hidden = found.length < 2;
}

function checkFile(file: File): Promise<void> {
  camera.stop();
  showCamera();
  return watch.check(file);
}

cameraButton.addEventListener('click', () => {
  if (camera.running) {
    camera.stop();
    watch.forget();
    showCamera();
  } else void attempt(film);
});
cameras.addEventListener('change', () => void attempt(film));
download.addEventListener('click', save);
for (const [id, use] of [
  ['model-file', loadFile],
  ['image-file', checkFile],
] as const) {
  const input = element(id, HTMLInputElement);
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // The same file may be chosen again after it has changed.
    input.value = '';
    if (file) void attempt(() => use(file));
  });
}
const board = element('board', HTMLElement);
element('large', HTMLButtonElement).addEventListener(
  'click',
  () => void attempt(() => board.requestFullscreen()),
);
const view = element('view', HTMLElement);
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void droppedFiles(event.dataTransfer).then(([file]) => {
    if (file)
      void attempt(() => (file.name.toLowerCase().endsWith('.onnx') ? loadFile(file) : checkFile(file)));
  });
});
view.addEventListener('dragover', () => view.classList.add('over'));
for (const name of ['dragleave', 'drop'] as const)
  view.addEventListener(name, () => view.classList.remove('over'));

language.replaceChildren(...words.languages.map(([code, name]) => new Option(name, code)));
language.value = words.code;
language.addEventListener('change', () => words.choose(language.value));
words.onChange(() => {
  document.documentElement.lang = words.code;
  for (const each of document.querySelectorAll<HTMLElement>('[data-text]'))
    each.textContent = words.say(each.dataset.text as keyof Texts);
  element('progress', HTMLElement).ariaLabel = words.say('lessonTitle');
  showCamera();
  lesson.check();
});
