/** @file The region of interest of a product, and the photograph of it that is drawn on. */
import { useState } from 'preact/hooks';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { addressOf } from '../route.ts';
import { server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { RegionEditor, type RegionEditorProps } from './region-editor.tsx';

/** Photographs that can be chosen to draw on. */
const mostPhotographs = 200;

interface RegionPageProps {
  readonly dataset: string;
  readonly product: string;
}

export function RegionPage({ dataset, product }: RegionPageProps) {
  const words = texts.value.regionPage;
  const { value, error } = useAsked(() => server.dataset(dataset), [dataset]);
  const own = value?.images.filter((image) => image.product === product) ?? [];
  const photographs = own
    .filter(({ split }) => split === 'train')
    .concat(own.filter(({ split }) => split === 'test'));
  const [chosen, setChosen] = useState<string>();
  const image = chosen ?? photographs[0]?.path;
  return (
    <>
      <div class="head">
        <h1>{words.title(product)}</h1>
        <a class="button" href={addressOf('data', dataset)}>
          {texts.value.drawing.back}
        </a>
      </div>
      <Notice text={error ?? (value?.error ? said(value.error.message, value.error.code) : undefined)} />
      {value && image === undefined && <p>{texts.value.dataPage.none}</p>}
      {image !== undefined && (
        <OnPhotograph
          key={image}
          dataset={dataset}
          product={product}
          image={image}
          photographs={photographs.slice(0, mostPhotographs).map(({ path }) => path)}
          onChoose={setChosen}
        />
      )}
    </>
  );
}

function OnPhotograph(props: Omit<RegionEditorProps, 'first'>) {
  const { dataset, product, image } = props;
  const { value, error } = useAsked(() => server.region(dataset, product, image), [dataset, product, image]);
  return (
    <>
      <Notice text={error} />
      {value && <RegionEditor {...props} first={value} />}
    </>
  );
}
