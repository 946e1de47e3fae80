/** @file Which images of a data set are shown: by product, by what they are for, and by kind of defect. */
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { DatasetImage } from '../../../src/studio/api.ts';
import { InlineSelect, withAll } from '../components/inline-select.tsx';
import { countText, kindText } from '../format.ts';
import { texts } from '../texts/texts.ts';

const shows = ['all', 'train', 'test', 'flagged', 'excluded'] as const;
type Show = (typeof shows)[number];

/** An empty name stands for all. */
export interface Filter {
  readonly product: string;
  readonly show: Show;
  /** `good`, or a kind of defect. */
  readonly kind: string;
}

export const noFilter: Filter = { product: '', show: 'all', kind: '' };

export function filtered(images: readonly DatasetImage[], { product, show, kind }: Filter): DatasetImage[] {
  return images.filter(
    (image) =>
      (product === '' || image.product === product) &&
      (kind === '' || image.kind === kind) &&
      isShown(image, show),
  );
}

function isShown({ split, flags, excluded }: DatasetImage, show: Show): boolean {
  if (show === 'train' || show === 'test') return split === show;
  if (show === 'flagged') return flags.length > 0;
  return show === 'all' || excluded;
}

interface ImageFilterProps {
  readonly images: readonly DatasetImage[];
  readonly products: readonly string[];
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly children: ComponentChildren;
}

export function ImageFilter({ images, products, filter, onChange, children }: ImageFilterProps) {
  const words = texts.value.dataPage;
  const { product, show, kind } = filter;
  const counts = useMemo(() => {
    const ofKind = filtered(images, { product, kind, show: 'all' });
    return shows.map((each) => ofKind.filter((image) => isShown(image, each)).length);
  }, [images, product, kind]);
  const kinds = useMemo(
    () => [...new Set(filtered(images, { product, show: 'all', kind: '' }).map((image) => image.kind))],
    [images, product],
  );
  return (
    <div class="filters">
      <InlineSelect
        label={words.product}
        value={product}
        options={withAll(words.all, products)}
        // Another product has other kinds of defect.
        onChange={(value) => onChange({ ...filter, product: value, kind: '' })}
      />
      <InlineSelect
        label={words.show}
        value={show}
        options={shows.map((each, at) => [each, `${words.shows[each]} (${countText(counts[at] ?? 0)})`])}
        onChange={(value) => onChange({ ...filter, show: value as Show })}
      />
      <InlineSelect
        label={texts.value.resultsPage.filter.kind}
        value={kind}
        options={withAll(texts.value.resultsPage.filter.allKinds, kinds, kindText)}
        onChange={(value) => onChange({ ...filter, kind: value })}
      />
      {children}
    </div>
  );
}
