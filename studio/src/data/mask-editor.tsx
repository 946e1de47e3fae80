/** @file The tools that paint ground truth: brush, eraser and polygon, with the way back, and what becomes of it on the disk. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { maskOfRuns, runsOf } from '../../../src/core/runs.ts';
import type { MaskView } from '../../../src/studio/api.ts';
import { Notice } from '../components/notice.tsx';
import { DrawingActions, stepOf } from '../drawing/drawing-actions.tsx';
import { MaskDrawing } from '../drawing/mask-drawing.ts';
import { maskOverlay } from '../drawing/mask-overlay.ts';
import { type Canvas, Surface } from '../drawing/surface.tsx';
import { Tools } from '../drawing/tools.tsx';
import { usePolygon } from '../drawing/use-polygon.ts';
import { useSaving } from '../drawing/use-saving.ts';
import type { Point } from '../drawing/view.ts';
import { guardLeaving } from '../route.ts';
import { addresses, server } from '../server.ts';
import { texts } from '../texts/texts.ts';

type Tool = 'brush' | 'eraser' | 'polygon' | 'hand';

interface MaskEditorProps {
  readonly dataset: string;
  /** Of the photograph, below the data set. */
  readonly path: string;
  readonly first: MaskView;
}

export function MaskEditor({ dataset, path, first }: MaskEditorProps) {
  const words = texts.value.maskPage;
  const drawn = texts.value.drawing;
  const [view, setView] = useState(first);
  const { width, height } = view;
  const [drawing, setDrawing] = useState(() => drawingOf(first));
  const [tool, setTool] = useState<Tool>('brush');
  const [size, setSize] = useState(() => Math.max(1, Math.round(Math.max(width, height) / 50)));
  const state = useSaving();
  const [, setTurn] = useState(0);
  const redraw = () => setTurn((turn) => turn + 1);
  const last = useRef<Point | undefined>(undefined);
  /** The brush was put down by the keyboard. */
  const [down, setDown] = useState(false);
  const paper = useMemo(() => document.createElement('canvas'), []);
  const value = tool === 'eraser' ? 0 : 1;
  const isPen = tool === 'brush' || tool === 'eraser';
  useEffect(
    () =>
      guardLeaving(
        () => confirm(drawn.unsaved),
        () => drawing.isChanged,
      ),
    [drawing],
  );

  const stroke = (to: Point) => {
    drawing.line(last.current ?? to, to, size / 2, value);
    last.current = to;
    redraw();
  };
  const polygon = usePolygon((corners) => {
    drawing.begin();
    drawing.polygon(corners, 1);
    drawing.end();
    state.tell(undefined);
  });
  const lift = () => {
    drawing.end();
    last.current = undefined;
    setDown(false);
  };
  // What is painted after a way back, with a brush that is still down, would be in no step.
  const undo = () => {
    lift();
    if (polygon.corners.length > 0) polygon.back();
    else drawing.undo();
    redraw();
  };
  const redo = () => {
    lift();
    drawing.redo();
    redraw();
  };
  const choose = (next: Tool) => {
    lift();
    polygon.drop();
    setTool(next);
  };
  const onKey = (event: KeyboardEvent, at: Point): boolean => {
    const { key } = event;
    if (state.saving) return false;
    const back = stepOf(event);
    if (back === 'undo') undo();
    else if (back === 'redo') redo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (key === '[' || key === ']')
      setSize(Math.max(1, Math.round(key === ']' ? size * 1.25 + 1 : size / 1.25 - 1)));
    else if (key === ' ' && isPen) {
      if (down) lift();
      else {
        drawing.begin();
        last.current = undefined;
        stroke(at);
        setDown(true);
      }
      state.tell(down ? words.up : words.down);
    } else if (key === ' ' && tool === 'polygon') {
      polygon.add(at);
      state.tell(drawn.corners(polygon.corners.length + 1));
    } else if (key === 'Enter' && tool === 'polygon') polygon.close();
    else if (key === 'Escape') {
      lift();
      polygon.drop();
    } else return false;
    return true;
  };
  const draw = ({ context, view: shown, place }: Canvas) => {
    paper.width = place.width;
    paper.height = place.height;
    paper.getContext('2d')?.putImageData(maskOverlay(drawing.data, drawing, shown, place), 0, 0);
    context.drawImage(paper, 0, 0);
    polygon.draw(context, shown, '#0ff');
  };
  const save = async () => {
    lift();
    const sent = { path, seen: view.seen, runs: runsOf(drawing.data) };
    const now = await state.act(
      () => server.saveMask(dataset, sent),
      ({ files }) => words.saved(`data/${dataset}/${files[0]}`),
    );
    if (!now) return;
    drawing.saved();
    setView(now);
  };
  const remove = async () => {
    lift();
    if (!confirm(words.removeAsk(view.files.join(', ')))) return;
    const now = await state.act(
      () => server.removeMask(dataset, { path, seen: view.seen }),
      () => words.removed,
    );
    if (!now) return;
    setView(now);
    setDrawing(drawingOf(now));
  };
  if (view.problem !== null)
    return (
      <>
        <p class="notice">{words.problem(view.problem)}</p>
        <Notice text={state.refused} />
        <button type="button" disabled={state.saving} onClick={() => void remove()}>
          {words.remove}
        </button>
      </>
    );
  return (
    <>
      <div class="filters">
        <Tools
          label={drawn.tool}
          tools={[
            ['brush', words.brush],
            ['eraser', words.eraser],
            ['polygon', drawn.polygon],
            ['hand', drawn.hand],
          ]}
          chosen={tool}
          onChoose={choose}
        />
        <label class="inline">
          {words.size}
          <input
            type="range"
            disabled={!isPen}
            min={1}
            max={Math.max(4, Math.round(Math.max(width, height) / 5))}
            value={size}
            onInput={({ currentTarget }) => setSize(Number(currentTarget.value))}
          />
          <output>{words.pixels(size)}</output>
        </label>
      </div>
      <Surface
        image={view}
        picture={(which) => addresses.picture(dataset, path, which)}
        label={words.surface(path)}
        moves={tool === 'hand' || state.saving}
        reach={isPen ? size / 2 : undefined}
        draw={draw}
        onDown={(at, { scale }) => {
          state.tell(undefined);
          if (tool === 'polygon') return polygon.add(at, scale);
          drawing.begin();
          last.current = undefined;
          stroke(at);
        }}
        onMove={(at) => {
          if (isPen && last.current) stroke(at);
        }}
        onUp={() => {
          if (isPen) lift();
          redraw();
        }}
        onCancel={() => {
          drawing.cancel();
          last.current = undefined;
          setDown(false);
          // The corner that the first of two fingers set.
          if (tool === 'polygon') polygon.back();
          redraw();
        }}
        onKey={onKey}
        onCursor={(at) => {
          if (down) stroke(at);
        }}
      />
      <DrawingActions
        state={state}
        polygon={tool === 'polygon' ? polygon : undefined}
        canSave={drawing.isChanged && !drawing.isEmpty}
        canUndo={drawing.canUndo}
        canRedo={drawing.canRedo}
        onSave={() => void save()}
        onUndo={undo}
        onRedo={redo}
      >
        <button
          type="button"
          disabled={state.saving || drawing.isEmpty}
          onClick={() => {
            lift();
            drawing.begin();
            drawing.clear();
            drawing.end();
            redraw();
          }}
        >
          {words.clear}
        </button>
        {view.files.length > 0 && (
          <button type="button" disabled={state.saving} onClick={() => void remove()}>
            {words.remove}
          </button>
        )}
      </DrawingActions>
      <p>{words.used}</p>
      <p class="quiet" id="surface-keys">
        {words.keys}
      </p>
    </>
  );
}

function drawingOf({ width, height, runs }: MaskView): MaskDrawing {
  return new MaskDrawing({ width, height }, runs ? maskOfRuns(runs, width * height) : undefined);
}
