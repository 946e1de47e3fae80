/** @file Which data set a page is about, with its label. */
import { overview } from '../live.ts';
import { go } from '../route.ts';
import { NameOptions } from './name-options.tsx';

interface DatasetSelectProps {
  readonly page: 'data' | 'train';
  readonly dataset: string;
  readonly label: string;
  /** Of the label. */
  readonly class?: string;
}

export function DatasetSelect({ page, dataset, label, class: style }: DatasetSelectProps) {
  return (
    <label class={style}>
      {label}
      <select value={dataset} onChange={({ currentTarget }) => go(page, currentTarget.value)}>
        <NameOptions names={overview.value?.datasets.map(({ name }) => name) ?? []} />
      </select>
    </label>
  );
}
