/** @file The tools that draw a region of interest: rectangles and polygons that are judged or ignored, with the way back, and what becomes of it on the disk. */
import { useEffect, useState } from 'preact/hooks';
import { shellWord } from '../../../src/core/shell-word.ts';
import { cornersOf } from '../../../src/jobs/roi/shape-corners.ts';
import type { DrawnShape, RegionView } from '../../../src/studio/api.ts';
import { regionProblem } from '../../../src/studio/drawn-regions.ts';
import { CommandLine } from '../components/command-line.tsx';
import { Notice } from '../components/notice.tsx';
import { DrawingActions, stepOf } from '../drawing/drawing-actions.tsx';
import { drawShapes, regionNames } from '../drawing/region-shapes.ts';
import { polygonOf, rectangleOf } from '../drawing/shape-forms.ts';
import { type Canvas, outlined, Surface } from '../drawing/surface.tsx';
import { Tools } from '../drawing/tools.tsx';
import { useHistory } from '../drawing/use-history.ts';
import { usePolygon } from '../drawing/use-polygon.ts';
import { useSaving } from '../drawing/use-saving.ts';
import { useShapeDrag } from '../drawing/use-shape-drag.ts';
import { onScreen, type Point, type View } from '../drawing/view.ts';
import { guardLeaving } from '../route.ts';
import { addresses, server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { fileName } from './place.ts';
import { ShapeList } from './shape-list.tsx';

export interface RegionEditorProps {
  readonly dataset: string;
  readonly product: string;
  /** That is drawn on, below the data set. */
  readonly image: string;
  /** That can be drawn on. */
  readonly photographs: readonly string[];
  readonly onChoose: (image: string) => void;
  readonly first: RegionView;
}

type Tool = 'rectangle' | 'polygon' | 'change' | 'hand';
type Shapes = readonly DrawnShape[];

export function RegionEditor({ dataset, product, image, photographs, onChoose, first }: RegionEditorProps) {
  const words = texts.value.regionPage;
  const drawn = texts.value.drawing;
  const [view, setView] = useState(first);
  const history = useHistory<Shapes>(first.shapes);
  const shapes = history.now;
  const [saved, setSaved] = useState<Shapes>(first.shapes);
  const [tool, setTool] = useState<Tool>('rectangle');
  const [ignore, setIgnore] = useState(false);
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<number>();
  /** Opposite corners of a rectangle that is being drawn. */
  const [pulled, setPulled] = useState<readonly [Point, Point]>();
  const state = useSaving();
  const isChanged = shapes !== saved;
  useEffect(
    () =>
      guardLeaving(
        () => confirm(drawn.unsaved),
        () => isChanged,
      ),
    [isChanged],
  );

  const change = (next: Shapes) => {
    history.change(next);
    state.tell(undefined);
  };
  const drag = useShapeDrag(shapes, view, change);
  const add = (shape: DrawnShape['shape'] | undefined) => {
    if (!shape) return;
    change([...shapes, { name: name.trim(), ignore, shape }]);
    setChosen(shapes.length);
  };
  const polygon = usePolygon((corners) => add(polygonOf(corners)));
  const finish = (at: Point) => {
    if (pulled) add(rectangleOf(pulled[0], at));
    setPulled(undefined);
  };
  const undo = () => {
    setPulled(undefined);
    drag.drop();
    if (polygon.corners.length > 0) polygon.back();
    else history.undo();
  };
  const hold = (at: Point, scale: number) => {
    const grip = drag.take(at, scale);
    setChosen(grip?.shape);
    return grip;
  };
  /** Keys of the tool that changes shapes. */
  const onChangeKey = (key: string, at: Point, scale: number): boolean | Point => {
    if (key === 'PageDown' || key === 'PageUp') {
      drag.put();
      const found = drag.next(key === 'PageDown' ? 1 : -1);
      setChosen(found?.grip.shape);
      return found?.at ?? true;
    }
    if (key !== ' ' && key !== 'Enter') return false;
    if (drag.held) drag.put();
    else {
      const grip = hold(at, scale);
      state.tell(grip ? words.held(grip.shape + 1, grip.corner) : words.nothingThere);
    }
    return true;
  };
  const onKey = (event: KeyboardEvent, at: Point, { scale }: View): boolean | Point => {
    const { key } = event;
    if (state.saving) return false;
    const back = stepOf(event);
    if (back === 'undo') undo();
    else if (back === 'redo') history.redo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (key === ' ' && tool === 'rectangle') {
      if (pulled) finish(at);
      else setPulled([at, at]);
      state.tell(pulled ? words.drawn(shapes.length + 1) : words.begun);
    } else if (key === ' ' && tool === 'polygon') {
      polygon.add(at);
      state.tell(drawn.corners(polygon.corners.length + 1));
    } else if (key === 'Enter' && tool === 'polygon') polygon.close();
    else if (key === 'Escape') {
      setPulled(undefined);
      polygon.drop();
      drag.drop();
    } else return tool === 'change' && onChangeKey(key, at, scale);
    return true;
  };
  const onPulled = (at: Point) => {
    if (pulled) setPulled([pulled[0], at]);
    drag.move(at);
  };
  const draw = ({ context, view: shown }: Canvas) => {
    drawShapes(context, shown, drag.shapes, chosen, tool === 'change');
    polygon.draw(context, shown, '#fff');
    const rectangle = pulled && rectangleOf(...pulled);
    if (!rectangle) return;
    const path = new Path2D();
    for (const [x, y] of cornersOf(rectangle).map((corner) => onScreen(shown, corner))) path.lineTo(x, y);
    path.closePath();
    outlined(context, path, '#fff', 1.5);
  };
  const act = async (work: () => Promise<RegionView>, said: string) => {
    const now = await state.act(work, () => said);
    if (!now) return;
    setView(now);
    // As it was drawn, with the shapes of a region together.
    history.reset(now.shapes);
    setSaved(now.shapes);
    setChosen(undefined);
  };
  const { seen } = view;
  const save = () =>
    act(
      () => server.saveRegion(dataset, { product, image, seen, shapes: [...shapes] }),
      words.saved(view.file),
    );
  const remove = () => {
    if (confirm(words.removeAsk(view.file)))
      void act(() => server.removeRegion(dataset, { product, image, seen }), words.removed);
  };
  const problem = regionProblem(shapes);
  const removal = seen !== null && (
    <button type="button" disabled={state.saving} onClick={remove}>
      {words.remove}
    </button>
  );
  const choice = (
    <label class="inline">
      {words.photograph}
      <select
        value={image}
        onChange={({ currentTarget }) => {
          if (!isChanged || confirm(drawn.unsaved)) onChoose(currentTarget.value);
          else currentTarget.value = image;
        }}
      >
        {photographs.map((path) => (
          <option key={path} value={path}>
            {fileName(path)}
          </option>
        ))}
      </select>
    </label>
  );
  if (view.problem !== null)
    return (
      <>
        {choice}
        <p class="notice">{words.problem(view.file, view.problem)}</p>
        <Notice text={state.refused} />
        <div class="buttons">{removal}</div>
      </>
    );
  return (
    <>
      <p>{words.hint}</p>
      <div class="filters">
        <Tools
          label={drawn.tool}
          tools={[
            ['rectangle', words.rectangle],
            ['polygon', drawn.polygon],
            ['change', words.change],
            ['hand', drawn.hand],
          ]}
          chosen={tool}
          onChoose={(next) => {
            polygon.drop();
            drag.drop();
            setPulled(undefined);
            setTool(next);
          }}
        />
        <label class="inline">
          {words.what}
          <select
            value={ignore ? 'ignore' : 'inside'}
            onChange={({ currentTarget }) => setIgnore(currentTarget.value === 'ignore')}
          >
            <option value="inside">{words.inside}</option>
            <option value="ignore">{words.ignore}</option>
          </select>
        </label>
        <label class="inline">
          {words.name}
          <input
            value={name}
            list="region-names"
            maxLength={40}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <datalist id="region-names">
          {regionNames(shapes).map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        {choice}
      </div>
      <Surface
        image={view}
        picture={(which) => addresses.picture(dataset, image, which)}
        label={words.surface(image)}
        moves={tool === 'hand' || state.saving}
        draw={draw}
        onDown={(at, { scale }) => {
          state.tell(undefined);
          setChosen(undefined);
          if (tool === 'polygon') polygon.add(at, scale);
          else if (tool === 'change') hold(at, scale);
          else setPulled([at, at]);
        }}
        onMove={onPulled}
        onUp={(at) => {
          if (tool === 'rectangle') finish(at);
          else if (tool === 'change') drag.put();
        }}
        onCancel={() => {
          setPulled(undefined);
          drag.drop();
          // The corner that the first of two fingers set.
          if (tool === 'polygon') polygon.back();
        }}
        onKey={onKey}
        onCursor={onPulled}
      />
      {problem !== undefined && <p class="notice">{words.problems[problem]}</p>}
      <DrawingActions
        state={state}
        polygon={tool === 'polygon' ? polygon : undefined}
        canSave={isChanged && shapes.length > 0 && problem === undefined}
        canUndo={history.canUndo}
        canRedo={history.canRedo}
        onSave={() => void save()}
        onUndo={undo}
        onRedo={history.redo}
      >
        {removal}
      </DrawingActions>
      <ShapeList {...{ shapes, chosen }} isFixed={state.saving} onChoose={setChosen} onChange={change} />
      <p class="quiet" id="surface-keys">
        {words.keys}
      </p>
      {seen !== null && (
        <CommandLine
          command={[
            `clad train ${shellWord(`data/${dataset}`, false)} --out ${shellWord(`runs/${dataset}-1`, false)}`,
            `--roi ${shellWord(`${product}=${view.file}`, false)}`,
          ].join(' ')}
        />
      )}
    </>
  );
}
