/** @file Ground truth of a photograph of a defective part: where it is painted, and the way to the other defective parts. */
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { addressOf } from '../route.ts';
import { server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { MaskEditor } from './mask-editor.tsx';

interface MaskPageProps {
  readonly dataset: string;
  /** Of the photograph, below the data set. */
  readonly path: string;
}

export function MaskPage({ dataset, path }: MaskPageProps) {
  const words = texts.value.maskPage;
  const { value: view, error } = useAsked(() => server.mask(dataset, path), [dataset, path]);
  return (
    <>
      <div class="head">
        <h1>{words.title}</h1>
        <a class="button" href={addressOf('data', dataset)}>
          {texts.value.drawing.back}
        </a>
      </div>
      <p class="path">{path}</p>
      <Notice text={error} />
      {view && view.refused !== null && <p class="notice">{words.refused(view.refused)}</p>}
      {view && view.refused === null && <MaskEditor dataset={dataset} path={path} first={view} />}
      <DefectLinks dataset={dataset} path={path} />
    </>
  );
}

/** The way to the photographs of defective parts before and after. */
function DefectLinks({ dataset, path }: MaskPageProps) {
  const words = texts.value.dataPage;
  const { value } = useAsked(() => server.dataset(dataset), [dataset]);
  const defective = value?.images.filter(({ split, kind }) => split === 'test' && kind !== 'good') ?? [];
  const at = defective.findIndex((image) => image.path === path);
  const link = (by: 1 | -1, label: string) => {
    const other = at < 0 ? undefined : defective[at + by];
    return (
      other && (
        <a class="button" href={addressOf('data', dataset, 'mask', other.path)}>
          {label}
        </a>
      )
    );
  };
  return (
    <nav class="buttons" aria-label={texts.value.maskPage.others}>
      {link(-1, words.previous)}
      {link(1, words.next)}
    </nav>
  );
}
