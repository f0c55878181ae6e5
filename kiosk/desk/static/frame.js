// Frames: what has to be in the next one goes first, everything else after it.

const LONGEST_MS = 100; // a page that is visible may still be drawn late, or not at all
const waiting = new Set();
let timer = 0;

/** Call back in the next animation frame, and again once it has been painted. */
export function onFrame(drawing, painted) {
  requestAnimationFrame(() => {
    drawing();
    // The message is delivered after this frame has been painted.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      painted();
    };
    port2.postMessage(0);
  });
}

/** Do this after the next frame, once however often it is asked for; at once in a page that draws none. */
export function afterFrame(work, draws) {
  waiting.add(work);
  if (!draws) flush();
  else if (waiting.size === 1) {
    timer = setTimeout(flush, LONGEST_MS);
    onFrame(() => {}, flush);
  }
}

function flush() {
  clearTimeout(timer);
  const works = [...waiting];
  waiting.clear();
  for (const work of works) work();
}
