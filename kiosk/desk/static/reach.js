// Whether a call can reach the person before this page, by eye or by ear.

const FRAMES_MISSED = 6; // half-second ticks without an animation frame

export class Reach {
  #missed = 0;
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
    return document.visibilityState === "visible" && this.#missed < FRAMES_MISSED;
  }

  get deaf() {
    return !this.draw && !this.sound.alive;
  }

  /** A new connection knows nothing of what was said on the old one. */
  reset() {
    this.#said = "";
  }

  tick() {
    if (document.visibilityState === "visible") {
      this.#missed++;
      requestAnimationFrame(() => {
        const stalled = !this.draw;
        this.#missed = 0;
        if (stalled) this.update();
      });
    }
    this.update();
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
