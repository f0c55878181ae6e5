// Whether a call can reach the person before this page, by eye or by ear.

import { notice } from "./side.js";

// In ticks of half a second. Not at every tick: a call that comes just after a frame waits for the next one.
const ASK_EVERY = 4;
const PATIENCE = 6;

export class Reach {
  #idle = 0; // ticks since the last frame that was asked for came
  #missed = 0; // ticks that one has been waited for
  #asked = false;
  #said = "";
  #known = "";

  constructor({ send, sound, changed }) {
    Object.assign(this, { send, sound, changed });
    document.addEventListener("visibilitychange", () => {
      this.#missed = 0;
      this.update();
    });
  }

  get draw() {
    return document.visibilityState === "visible" && this.#missed < PATIENCE;
  }

  get deaf() {
    return !this.draw && !this.sound.alive;
  }

  /** A new connection knows nothing of what was said on the old one. */
  reset() {
    this.#said = "";
  }

  /** Open the sound, inside a click. `aloud`: let it be heard, or say why it is not. */
  unlock(aloud = false) {
    return this.sound.unlock().then((alive) => {
      if (alive && aloud) this.sound.once("chime");
      else if (!alive && aloud) notice("warn", "声音打不开：请检查电脑的音箱和音量。");
      this.update();
      this.changed();
    });
  }

  tick() {
    if (document.visibilityState === "visible") {
      if (this.#asked) this.#missed++;
      else if (++this.#idle >= ASK_EVERY) this.#ask();
    }
    this.update();
  }

  #ask() {
    this.#asked = true;
    requestAnimationFrame(() => {
      const stalled = !this.draw;
      this.#asked = false;
      this.#idle = this.#missed = 0;
      if (stalled) this.update();
    });
  }

  /** Tell the server and the page if it has changed. */
  update() {
    const can = { do: "can", draw: this.draw, sound: this.sound.alive };
    const text = JSON.stringify(can);
    if (text !== this.#said && this.send(can)) this.#said = text;
    if (text === this.#known) return;
    this.#known = text;
    this.changed();
  }
}
