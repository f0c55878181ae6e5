// What rings at this page: by sound, notification and title, to a screen reader; and its terminals are told so.

import { Ack } from "./ack.js";
import { byId, mark, say } from "./dom.js";
import { spoken } from "./words.js";

export class Ringing {
  alarm = ""; // what is wrong, for the title
  #announced = new Set();

  constructor({ state, send, sound, reach, attention }) {
    Object.assign(this, { state, sound, reach, attention });
    this.ack = new Ack({ send, sound, still: ({ kiosk, call, round }) => {
      const now = state.kiosks.get(kiosk);
      return now?.call?.id === call && now.call.round === round && state.rings(now);
    } });
  }

  /** A new connection knows nothing of what was said on the old one. */
  reset() {
    this.ack.reset();
  }

  /** The call of this kiosk rings, and its card is in the DOM already. */
  present(kiosk) {
    this.ack.present(kiosk, this.reach.draw);
  }

  /** Ring for exactly the calls that ring, and say so to their kiosks. The cards are in the DOM already. */
  update() {
    const all = this.#due();
    for (const kiosk of this.state.ringing()) this.present(kiosk);
    mark(document.body, "ringing", all.length > 0);
    this.sound.ring(!all.length ? "" : all.some((k) => k.call.urgency === "urgent") ? "urgent" : "normal");
    this.attention.notify(all);
    const fresh = all.filter((kiosk) => !this.#announced.has(keyOf(kiosk)));
    const over = [...this.#announced].some((key) => !all.some((kiosk) => keyOf(kiosk) === key));
    if (over) say(byId("live"), ""); // else the same words would not be announced again
    if (fresh.length) say(byId("live"), fresh.map((kiosk) => `${kiosk.call.given ? "" : "新呼叫："}${spoken(kiosk)}`).join("。"));
    if (fresh.length || all.length !== this.#announced.size) this.#entitle(all);
    this.#announced = new Set(all.map(keyOf));
  }

  /** Twice a second. */
  tick() {
    const all = this.#due();
    mark(document.body, "beat", all.length > 0 && document.body.dataset.beat !== "true");
    this.#entitle(all);
  }

  /** What this page rings for: what was given to its agent, and what waits. */
  #due() {
    return [...(this.state.duty ? this.state.given() : []), ...this.state.ringing()];
  }

  #entitle(all) {
    const { state } = this;
    const standing = state.duty ? "在岗" : state.awayMs ? "小休" : state.may("answer") ? "未上岗" : "只看";
    const words = !state.me ? "人工呼叫台" : `${standing} · ${state.hallTitle}`;
    this.attention.title(this.alarm, all, words);
  }
}

const keyOf = ({ call }) => `${call.id}/${call.given ? call.round : ""}`;
