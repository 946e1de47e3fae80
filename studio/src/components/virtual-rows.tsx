/** @file Long lists: only the rows near the window are in the page, so that twenty thousand pictures scroll like twenty. */
import { signal } from '@preact/signals';
import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { texts } from '../texts/texts.ts';

interface VirtualRowsProps {
  readonly count: number;
  /** Height of a row in pixels. */
  readonly heightOf: (row: number) => number;
  readonly children: (row: number) => ComponentChildren;
}

/** Pixels a millisecond, beyond which nobody sees what is on the rows. */
const fast = 2;

/** Whether rows fly past: pictures that come meanwhile are not asked for before it is over, as thousands would be made that nobody sees, before those that are seen. */
export const flying = signal(false);

export function VirtualRows({ count, heightOf, children }: VirtualRowsProps) {
  const place = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((value: number) => value + 1, 0);
  const [margin, setMargin] = useState(0);
  const before = useRef({ at: 0, offset: 0 });
  const options = {
    count,
    getScrollElement: () => window,
    estimateSize: heightOf,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    scrollMargin: margin,
    overscan: 4,
    onChange: ({ scrollOffset, isScrolling }: Virtualizer<Window, HTMLDivElement>) => {
      const now = { at: performance.now(), offset: scrollOffset ?? 0 };
      const { at, offset } = before.current;
      before.current = now;
      flying.value = isScrolling && Math.abs(now.offset - offset) > fast * (now.at - at);
      redraw(0);
    },
  };
  const [rows] = useState(() => new Virtualizer<Window, HTMLDivElement>(options));
  rows.setOptions(options);
  useEffect(() => rows._didMount(), []);
  useLayoutEffect(() => {
    rows._willUpdate();
    const top = (place.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(top - margin) > 1) setMargin(top);
  });
  useEffect(() => rows.measure(), [count, heightOf]);
  return (
    <div ref={place} class="virtual" style={{ height: `${rows.getTotalSize()}px` }}>
      {rows.getVirtualItems().map(({ index, start, size }) => (
        <div
          key={index}
          class="row"
          style={{ transform: `translateY(${start - margin}px)`, height: `${size}px` }}
        >
          <RowContent index={index}>{children}</RowContent>
        </div>
      ))}
    </div>
  );
}

/** Drawn anew only when what the list shows is another or in another language, not with each step of scrolling. */
function RowContent({ index, children }: Pick<VirtualRowsProps, 'children'> & { readonly index: number }) {
  return useMemo(() => <>{children(index)}</>, [index, children, texts.value]);
}

/** The width of an element, as the window changes. */
export function useWidth<E extends HTMLElement>() {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return undefined;
    setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}
