/** @file Does something again and again as long as a button is held: by a finger, a mouse, or the space bar. */

/**
 * @param pause - milliseconds from one time to the next, at least
 * @param take - does it once; answers whether to go on
 * @returns what lets go of the button
 */
export function whileHeld(
  button: HTMLButtonElement,
  pause: number,
  take: () => Promise<boolean>,
): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let held = false;
  let taking = false;
  const begin = async () => {
    held = true;
    if (taking) return;
    taking = true;
    button.classList.add('held');
    try {
      for (let next = true; next && held; ) {
        const rest = new Promise((resolve) => setTimeout(resolve, pause));
        next = await take();
        await rest;
      }
    } finally {
      held = false;
      taking = false;
      button.classList.remove('held');
    }
  };
  const end = () => {
    held = false;
  };
  button.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      void begin();
    },
    { signal },
  );
  for (const name of ['pointerup', 'pointercancel', 'blur'] as const)
    button.addEventListener(name, end, { signal });
  button.addEventListener(
    'keydown',
    (event) => {
      if (![' ', 'Enter'].includes(event.key)) return;
      event.preventDefault();
      if (!event.repeat) void begin();
    },
    { signal },
  );
  button.addEventListener('keyup', end, { signal });
  // A long press on a phone is no wish for a menu.
  button.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  return () => {
    end();
    listening.abort();
  };
}
