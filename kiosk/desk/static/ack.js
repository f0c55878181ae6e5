// Telling the kiosk that this page has really shown, or is really sounding, its call.

import { onFrame } from "./frame.js";

export class Ack {
  #sent = new Set();
  #framed = new Set();
  #probing = new Set();
  #epoch = 0;

  /** @param {{send: (m: object) => boolean, sound: import("./sound.js").Sound, still: (ids: object) => boolean}} with_ */
  constructor({ send, sound, still }) {
    Object.assign(this, { send, sound, still });
  }

  /** A new connection: everything is to be said again. */
  reset() {
    this.#epoch++;
    this.#sent.clear();
    this.#framed.clear();
    this.#probing.clear();
  }

  /** The call of this kiosk rings and is in the DOM. Say so as soon as it is true for certain. */
  present(kiosk, drawable) {
    const ids = { kiosk: kiosk.id, call: kiosk.call.id, round: kiosk.call.round };
    const key = `${ids.round}/${ids.call}`;
    if (this.#sent.has(key)) return;
    if (drawable) this.#frame(key, ids, kiosk.receivedMs);
    else this.#listen(key, ids);
  }

  #frame(key, ids, receivedMs) {
    if (this.#framed.has(key)) return;
    this.#framed.add(key);
    const epoch = this.#epoch;
    onFrame(() => {
      if (epoch !== this.#epoch) return;
      document.dispatchEvent(new CustomEvent("kiosk:drawn", { detail: { ...ids, receivedMs, at: performance.now() } }));
    }, () => this.#say(epoch, key, ids, "drawn"));
  }

  async #listen(key, ids) {
    if (this.#probing.has(key)) return;
    this.#probing.add(key);
    const epoch = this.#epoch;
    const alive = await this.sound.probe();
    if (epoch !== this.#epoch) return;
    this.#probing.delete(key);
    if (alive && this.sound.ringing && this.still(ids)) this.#say(epoch, key, ids, "audible");
  }

  #say(epoch, key, ids, seen) {
    if (epoch !== this.#epoch || this.#sent.has(key)) return;
    if (this.send({ do: "rung", ...ids, seen })) this.#sent.add(key);
  }
}
