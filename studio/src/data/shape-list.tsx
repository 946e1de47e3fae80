/** @file The shapes of a region of interest as a list: what each is for, its name, and away with it. */
import type { DrawnShape } from '../../../src/studio/api.ts';
import { labelOf } from '../drawing/region-shapes.ts';
import { texts } from '../texts/texts.ts';

interface ShapeListProps {
  readonly shapes: readonly DrawnShape[];
  readonly chosen: number | undefined;
  /** They are on their way to the server: a change now would be lost. */
  readonly isFixed: boolean;
  readonly onChoose: (at: number) => void;
  readonly onChange: (shapes: readonly DrawnShape[]) => void;
}

export function ShapeList({ shapes, chosen, isFixed, onChoose, onChange }: ShapeListProps) {
  const words = texts.value.regionPage;
  const changed = (at: number, by: Partial<DrawnShape>) =>
    onChange(shapes.map((each, place) => (place === at ? { ...each, ...by } : each)));
  return (
    <section aria-labelledby="shapes">
      <h2 id="shapes">{words.shapes}</h2>
      {shapes.length === 0 && <p class="quiet">{words.noShapes}</p>}
      <ol class="shapes">
        {shapes.map((shape, at) => (
          // Shapes have no names of their own; their places are what they are known by.
          <li key={at} class={at === chosen ? 'chosen' : ''} onFocusCapture={() => onChoose(at)}>
            <span>
              {at + 1}{' '}
              {'polygon' in shape.shape ? words.polygonOf(shape.shape.polygon.length) : words.rectangle}
            </span>
            <select
              disabled={isFixed}
              aria-label={words.whatOf(labelOf(shape, at))}
              value={shape.ignore ? 'ignore' : 'inside'}
              onChange={({ currentTarget }) => changed(at, { ignore: currentTarget.value === 'ignore' })}
            >
              <option value="inside">{words.inside}</option>
              <option value="ignore">{words.ignore}</option>
            </select>
            <input
              disabled={isFixed}
              aria-label={words.nameOf(labelOf(shape, at))}
              placeholder={words.noName}
              value={shape.name}
              list="region-names"
              maxLength={40}
              onChange={({ currentTarget }) => changed(at, { name: currentTarget.value.trim() })}
            />
            <button
              type="button"
              disabled={isFixed}
              aria-label={words.dropOf(labelOf(shape, at))}
              onClick={() => onChange(shapes.filter((_, place) => place !== at))}
            >
              {words.drop}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
