/**
 * @file A photograph to draw on: with a mouse, a pen or a finger, or with the keyboard, which moves a cursor. Two fingers, the wheel and the keys + - 0 change what of
 * it is seen. What is drawn is the caller's, in pixels of the photograph.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useWidth } from '../components/virtual-rows.tsx';
import { texts } from '../texts/texts.ts';
import {
  clamped,
  fitted,
  moved,
  onImage,
  onScreen,
  type Point,
  type Size,
  showing,
  type View,
  zoomed,
} from './view.ts';

/** What is drawn on. */
export interface Canvas {
  readonly context: CanvasRenderingContext2D;
  readonly view: View;
  /** In pixels of the page. */
  readonly place: Size;
}

interface SurfaceProps {
  /** Pixels of the photograph. */
  readonly image: Size;
  /** Address of its picture, smaller or whole. */
  readonly picture: (size: 'large' | 'full') => string;
  readonly label: string;
  /** Whether what is drawn moves the photograph instead. */
  readonly moves: boolean;
  /** Pixels of the photograph around the pointer that a tool reaches; undefined for a cross. */
  readonly reach?: number | undefined;
  /** Draws over the photograph; another function is drawn anew. */
  readonly draw: (canvas: Canvas) => void;
  readonly onDown: (at: Point, view: View) => void;
  readonly onMove: (at: Point) => void;
  readonly onUp: (at: Point) => void;
  /** A second finger came: what was begun was meant for something else. */
  readonly onCancel: () => void;
  /** @returns whether the key was meant for it, or where the cursor is to go @param at - the cursor */
  readonly onKey: (event: KeyboardEvent, at: Point, view: View) => boolean | Point;
  /** The cursor was moved by the keyboard. */
  readonly onCursor: (at: Point) => void;
}

/** Longer side of the smaller picture. */
const largeSide = 1280;
const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Surface(props: SurfaceProps) {
  const { image, picture, label, moves, reach, draw } = props;
  const words = texts.value.drawing;
  const [element, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = Math.round(
    Math.min(Math.max(280, window.innerHeight * 0.6), Math.max(280, (width * image.height) / image.width)),
  );
  const place = { width: Math.max(1, width), height };
  const [view, setView] = useState<View>();
  const shown = view ?? fitted(image, place);
  const photograph = usePhotograph(picture, Math.max(image.width, image.height), shown.scale);
  const [pointer, setPointer] = useState<Point>();
  /** By the keyboard. */
  const [cursor, setCursor] = useState<Point>();
  const fingers = useRef(new Map<number, Point>());
  /** Two fingers, or the hand: what is drawn waits until all are lifted. */
  const moving = useRef(false);
  useEffect(() => setView(undefined), [image.width, image.height, width]);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0) return undefined;
    const frame = requestAnimationFrame(() => {
      const ratio = window.devicePixelRatio || 1;
      const [across, down] = [Math.round(place.width * ratio), Math.round(place.height * ratio)];
      const { current } = canvas;
      if (!current) return;
      if (current.width !== across || current.height !== down) {
        current.width = across;
        current.height = down;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.fillStyle = '#000';
      context.fillRect(0, 0, place.width, place.height);
      const [left, top] = onScreen(shown, [0, 0]);
      context.imageSmoothingEnabled = shown.scale * ratio < 4;
      if (photograph)
        context.drawImage(photograph, left, top, image.width * shown.scale, image.height * shown.scale);
      draw({ context, view: shown, place });
      drawPointer(context, shown, cursor ?? pointer, reach, cursor !== undefined);
    });
    return () => cancelAnimationFrame(frame);
  });

  // Preact listens to the wheel passively, and the page would scroll too.
  useEffect(() => {
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const factor = Math.exp(-event.deltaY * (event.deltaMode === 0 ? 0.002 : 0.05));
      setView((before) =>
        zoomed(before ?? fitted(image, place), factor, [event.offsetX, event.offsetY], image, place),
      );
    };
    const { current } = canvas;
    current?.addEventListener('wheel', onWheel, { passive: false });
    return () => current?.removeEventListener('wheel', onWheel);
  }, [image.width, image.height, width, height]);

  const zoom = (factor: number) =>
    setView(
      zoomed(
        shown,
        factor,
        cursor ? onScreen(shown, cursor) : [place.width / 2, place.height / 2],
        image,
        place,
      ),
    );
  const at = (event: PointerEvent): Point => [event.offsetX, event.offsetY];
  const onDown = (event: PointerEvent) => {
    canvas.current?.setPointerCapture(event.pointerId);
    setCursor(undefined);
    fingers.current.set(event.pointerId, at(event));
    if (fingers.current.size > 1 || moves || event.button === 1) {
      if (!moving.current && fingers.current.size > 1) props.onCancel();
      moving.current = true;
    } else if (event.button === 0) props.onDown(clamped(onImage(shown, at(event)), image), shown);
  };
  const onMove = (event: PointerEvent) => {
    const now = at(event);
    const before = fingers.current.get(event.pointerId);
    if (event.pointerType !== 'touch') setPointer(onImage(shown, now));
    if (!before) return;
    if (moving.current) setView(pulled(shown, [...fingers.current], event.pointerId, now, image, place));
    else {
      // A fast stroke has more points than events.
      const all = event.getCoalescedEvents?.() ?? [];
      for (const each of all.length > 1 ? all : [event])
        props.onMove(clamped(onImage(shown, all.length > 1 ? offsetOf(each, canvas.current) : now), image));
    }
    fingers.current.set(event.pointerId, now);
  };
  const onUp = (event: PointerEvent) => {
    if (!fingers.current.delete(event.pointerId)) return;
    if (!moving.current) props.onUp(clamped(onImage(shown, at(event)), image));
    if (fingers.current.size === 0) moving.current = false;
  };
  const onKey = (event: KeyboardEvent) => {
    const here = cursor ?? clamped(onImage(shown, [place.width / 2, place.height / 2]), image);
    const arrow = arrows[event.key];
    const key = event.key;
    if (arrow) {
      const step = event.altKey ? 1 : Math.max(1, (event.shiftKey ? 40 : 8) / shown.scale);
      const next = clamped([here[0] + arrow[0] * step, here[1] + arrow[1] * step], image);
      setCursor(next);
      setView(showing(shown, next, image, place));
      props.onCursor(next);
    } else if (key === '+' || key === '=') zoom(1.5);
    else if (key === '-') zoom(1 / 1.5);
    else if (key === '0') setView(undefined);
    else {
      const meant = props.onKey(event, here, shown);
      if (!meant) return;
      const next = meant === true ? here : meant;
      setCursor(next);
      if (meant !== true) setView(showing(shown, next, image, place));
    }
    event.preventDefault();
  };
  const percent = Math.round(100 * shown.scale);
  return (
    <div class="surface" ref={element}>
      <div
        class="paper"
        role="application"
        tabIndex={0}
        aria-label={label}
        aria-describedby="surface-keys"
        onKeyDown={onKey}
        onBlur={() => setCursor(undefined)}
      >
        <canvas
          ref={canvas}
          class={moves ? 'moves' : ''}
          style={{ height: `${height}px` }}
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerCancel={(event) => {
            fingers.current.delete(event.pointerId);
            if (!moving.current) props.onCancel();
            if (fingers.current.size === 0) moving.current = false;
          }}
          onPointerLeave={() => setPointer(undefined)}
        />
      </div>
      <div class="buttons zoom">
        <button type="button" aria-label={words.zoomOut} onClick={() => zoom(1 / 1.5)}>
          −
        </button>
        <button type="button" aria-label={`${words.fit}: ${percent} %`} onClick={() => setView(undefined)}>
          {percent} %
        </button>
        <button type="button" aria-label={words.zoomIn} onClick={() => zoom(1.5)}>
          +
        </button>
      </div>
    </div>
  );
}

function offsetOf(event: PointerEvent, canvas: HTMLCanvasElement | null): Point {
  const { left = 0, top = 0 } = canvas?.getBoundingClientRect() ?? {};
  return [event.clientX - left, event.clientY - top];
}

/** What is seen after a finger, or one of two, was moved. */
function pulled(
  view: View,
  fingers: readonly (readonly [id: number, at: Point])[],
  id: number,
  now: Point,
  image: Size,
  place: Size,
): View {
  const before = fingers.find(([each]) => each === id)?.[1] ?? now;
  const other = fingers.find(([each]) => each !== id)?.[1];
  if (!other) return moved(view, [now[0] - before[0], now[1] - before[1]], image, place);
  const distance = (point: Point) => Math.max(10, Math.hypot(point[0] - other[0], point[1] - other[1]));
  const middle: Point = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  const half: Point = [(now[0] - before[0]) / 2, (now[1] - before[1]) / 2];
  return moved(zoomed(view, distance(now) / distance(before), middle, image, place), half, image, place);
}

/** The picture of the photograph; the whole one once it is looked at closely. */
function usePhotograph(
  picture: (size: 'large' | 'full') => string,
  longer: number,
  scale: number,
): HTMLImageElement | undefined {
  const [loaded, setLoaded] = useState<HTMLImageElement>();
  const isClose = longer > largeSide && scale * (window.devicePixelRatio || 1) > (1.2 * largeSide) / longer;
  const wasClose = useRef(false);
  wasClose.current ||= isClose;
  const address = picture(wasClose.current ? 'full' : 'large');
  useEffect(() => {
    const one = new Image();
    one.onload = () => setLoaded(one);
    one.src = address;
    return () => {
      one.onload = null;
    };
  }, [address]);
  return loaded;
}

function drawPointer(
  context: CanvasRenderingContext2D,
  view: View,
  at: Point | undefined,
  reach: number | undefined,
  byKeyboard: boolean,
): void {
  if (!at) return;
  const [x, y] = onScreen(view, at);
  const path = new Path2D();
  if (reach !== undefined) path.arc(x, y, Math.max(1, reach * view.scale), 0, 2 * Math.PI);
  if (byKeyboard || reach === undefined) {
    path.moveTo(x - 9, y);
    path.lineTo(x + 9, y);
    path.moveTo(x, y - 9);
    path.lineTo(x, y + 9);
  }
  outlined(context, path, '#fff', 1.5);
}

/** A line that is seen on any photograph. */
export function outlined(
  context: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  width: number,
): void {
  context.lineWidth = width + 2;
  context.strokeStyle = '#000a';
  context.stroke(path);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke(path);
}
