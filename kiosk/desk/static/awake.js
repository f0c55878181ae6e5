// While on duty: keep the screen lit, and keep the browser from freezing or discarding the page.

let lock = null;
let wanted = false;
let release = null;

async function light() {
  if (!wanted || lock || document.hidden || !navigator.wakeLock) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.onrelease = () => (lock = null);
    if (!wanted) lock.release();
  } catch {
    lock = null;
  }
}

document.addEventListener("visibilitychange", light);

export function stayAwake(on) {
  if (on === wanted) return;
  wanted = on;
  if (on) {
    light();
    // A page that holds a lock is not frozen.
    navigator.locks?.request("desk-on-duty", { mode: "shared" }, () => new Promise((done) => (release = done)))
      .catch(() => {});
  } else {
    lock?.release();
    release?.();
    release = null;
  }
}
