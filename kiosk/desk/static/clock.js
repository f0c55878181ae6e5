// Time that goes on in a hidden page.

const waiting = new Map();
const listeners = new Set();
let next = 1;
let worker = null;

function arrived(id) {
  if (id === 0) {
    for (const listener of listeners) listener(performance.now());
    return;
  }
  const then = waiting.get(id);
  waiting.delete(id);
  then?.();
}

try {
  worker = new Worker("/static/clock-worker.js");
  worker.onmessage = ({ data }) => arrived(data);
  worker.onerror = () => fallBack();
} catch {
  fallBack();
}

function fallBack() {
  if (worker === false) return;
  worker = false;
  setInterval(() => arrived(0), 500);
  for (const id of waiting.keys()) setTimeout(() => arrived(id), 500);
}

/** Call back every half second. */
export function everyTick(listener) {
  listeners.add(listener);
}

/** Call back once; returns a handle for {@link cancel}. */
export function after(ms, then) {
  const id = next++;
  waiting.set(id, then);
  if (worker) worker.postMessage({ id, ms });
  else setTimeout(() => arrived(id), ms);
  return id;
}

export function cancel(id) {
  waiting.delete(id);
}
