/** @file Where a training looks, and how closely: small defects in tiles, the part alone, photographs cropped to it. */
import type { ComponentChildren } from 'preact';
import type { DrawnRegion, Sight } from '../../../src/studio/api.ts';
import { Choice } from '../components/choice.tsx';
import { texts } from '../texts/texts.ts';

interface WhereToLookProps {
  readonly sight: Sight;
  readonly onChange: (sight: Sight) => void;
  /** What is drawn for the products and holds; named regions have thresholds of their own. */
  readonly drawn: 'nothing' | 'shapes' | 'named';
  /** What else is said of it. */
  readonly children: ComponentChildren;
}

type Drawn = WhereToLookProps['drawn'];

/** @param regions - that hold */
export function drawnFor(regions: readonly Pick<DrawnRegion, 'shapes'>[]): Drawn {
  if (regions.length === 0) return 'nothing';
  return regions.some(({ shapes }) => shapes.some(({ name }) => name !== '')) ? 'named' : 'shapes';
}

/** Without what a training refuses beside what is drawn. */
export function allowed({ follow, crop, ...others }: Sight, drawn: Drawn): Sight {
  return {
    ...others,
    ...(follow && drawn !== 'named' && { follow }),
    ...(crop && drawn === 'nothing' && { crop }),
  };
}

/** How tiles are chosen where a person says what has to be found, and not how. */
const byDefect = 'auto';

export function WhereToLook({ sight, onChange, drawn, children }: WhereToLookProps) {
  const words = texts.value.trainPage.sight;
  const { tiles, follow, crop = false } = allowed(sight, drawn);
  const set = (change: Partial<Sight>) => onChange({ ...sight, ...change });
  return (
    <fieldset class="sight">
      <legend>{words.title}</legend>
      {children}
      <Choice
        text={words.tiles}
        hint={words.tilesHint}
        checked={tiles !== undefined}
        onChange={(checked) => set({ tiles: checked ? { how: byDefect } : undefined })}
      />
      {tiles && (
        <div class="fields">
          <NumberField
            label={words.smallestDefect}
            value={tiles.smallestDefect}
            least={1}
            placeholder={words.onePercent}
            onSet={(smallestDefect) => set({ tiles: { ...tiles, smallestDefect } })}
          />
          <label>
            {words.how}
            <input
              value={tiles.how}
              spellcheck={false}
              onChange={({ currentTarget }) =>
                set({ tiles: { ...tiles, how: currentTarget.value.trim() || byDefect } })
              }
            />
          </label>
          <Choice
            text={words.whole}
            checked={tiles.whole === true}
            onChange={(whole) => set({ tiles: { ...tiles, whole: whole || undefined } })}
          />
        </div>
      )}
      <Choice
        text={words.follow}
        hint={drawn === 'named' ? words.notWithNamed : words.followHint}
        disabled={drawn === 'named'}
        checked={follow !== undefined}
        onChange={(checked) => set({ follow: checked ? {} : undefined })}
      />
      {follow && (
        <div class="fields">
          <NumberField
            label={words.margin}
            value={follow.margin}
            placeholder="5"
            onSet={(margin) => set({ follow: { margin } })}
          />
        </div>
      )}
      <Choice
        text={words.crop}
        hint={drawn === 'nothing' ? words.cropHint : words.notWithDrawn}
        disabled={drawn !== 'nothing'}
        checked={crop}
        onChange={(checked) => set({ crop: checked || undefined })}
      />
    </fieldset>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly least?: number;
  /** What holds where nothing is said. */
  readonly placeholder: string;
  readonly onSet: (value: number | undefined) => void;
}

function NumberField({ label, value, least, placeholder, onSet }: NumberFieldProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        step={1}
        min={least}
        placeholder={placeholder}
        value={value ?? ''}
        onChange={({ currentTarget }) =>
          onSet(
            currentTarget.value === ''
              ? undefined
              : Math.max(least ?? -100, Math.round(Number(currentTarget.value))),
          )
        }
      />
    </label>
  );
}
