/** @file A data set as it is now: asked for as a whole, and image by image kept true while the server tells of single ones. */
import { useEffect, useState } from 'preact/hooks';
import type { DatasetImage, DatasetView } from '../../../src/studio/api.ts';
import type { Asked } from '../components/use-asked.ts';
import { changes, onImages } from '../live.ts';
import { sentenceOf, server } from '../server.ts';

export function useDataset(name: string): Asked<DatasetView> {
  const [state, setState] = useState<Asked<DatasetView>>({ value: undefined, error: undefined });
  useEffect(() => {
    let current = true;
    /** What was told while the answer was on its way: it may be of before. */
    const meanwhile: DatasetImage[] = [];
    const forget = onImages(({ dataset, images }) => {
      if (dataset !== name) return;
      meanwhile.push(...images);
      setState(({ value, error }) => ({ value: value && withImages(value, images), error }));
    });
    server.dataset(name).then(
      (value) => current && setState({ value: withImages(value, meanwhile.splice(0)), error: undefined }),
      (error: unknown) => current && setState((before) => ({ ...before, error: sentenceOf(error) })),
    );
    return () => {
      current = false;
      forget();
    };
  }, [name, changes.value.data, changes.value.runs]);
  return state;
}

/** @param images - the newest of a path last */
function withImages(view: DatasetView, images: readonly DatasetImage[]): DatasetView {
  if (images.length === 0) return view;
  const others = new Map(images.map((image) => [image.path, image]));
  return { ...view, images: view.images.map((image) => others.get(image.path) ?? image) };
}
