/** @file What the server tells by itself, on a German page: remarks on single images come as they were said, and are German where they are shown. */
import { afterEach, expect, it, vi } from 'vitest';
import type { DatasetImage, ImagesEvent, StudioEvent } from '../../../src/studio/api.ts';

/** By a path that the compiler does not follow: it is of a browser, and tests are not. */
const [live, texts] = ['../../../studio/src/live.ts', '../../../studio/src/texts/said.ts'];
interface Live {
  listen(): void;
  onImages(listener: (event: ImagesEvent) => void): void;
}

afterEach(() => vi.unstubAllGlobals());

it('remarks on single images are in the language of the page', async () => {
  const streams: { onmessage?: (message: { readonly data: string }) => void }[] = [];
  vi.stubGlobal('localStorage', { getItem: () => 'de' });
  vi.stubGlobal('navigator', { languages: [] });
  vi.stubGlobal('document', { addEventListener: () => {}, hidden: false });
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal(
    'EventSource',
    class {
      constructor() {
        streams.push(this);
      }
    },
  );
  const { listen, onImages } = (await import(live)) as Live;
  const { said } = (await import(texts)) as { said(text: string): string };
  const heard: DatasetImage[] = [];
  onImages(({ images }) => heard.push(...images));
  listen();
  const image: DatasetImage = {
    ...{ path: 'bolt/train/good/1.png', product: 'bolt', split: 'train', kind: 'good', excluded: true },
    ...{ masks: [], flags: [{ kind: 'copy', severity: 'warning', message: 'the same pixels as 2.png' }] },
  };
  const event: StudioEvent = { type: 'images', dataset: 'parts', images: [image] };
  streams[0]?.onmessage?.({ data: JSON.stringify(event) });
  expect(heard.map(({ flags }) => said(flags[0]!.message))).toEqual(['dieselben Pixel wie 2.png']);
});
