/** @file Long lists: only the rows near the window are in the page, so that twenty thousand pictures scroll like twenty. */
import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

interface VirtualRowsProps {
  readonly count: number;
  /** Height of a row in pixels. */
  readonly heightOf: (row: number) => number;
  readonly children: (row: number) => ComponentChildren;
}

export function VirtualRows({ count, heightOf, children }: VirtualRowsProps) {
  const place = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((value: number) => value + 1, 0);
  const [margin, setMargin] = useState(0);
  const options = {
    count,
    getScrollElement: () => window,
    estimateSize: heightOf,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    scrollMargin: margin,
    overscan: 4,
    onChange: () => redraw(0),
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
          {children(index)}
        </div>
      ))}
    </div>
  );
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
