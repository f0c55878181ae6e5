// 回访: an agent who left too early comes back. The panel asks once more, since the terminal lights up at once.

import { after, cancel } from "./clock.js";
import { button, byId, el, fill, show, steady } from "./dom.js";
import { OUTCOME, placeOf, titleOf } from "./words.js";

const MOST = 9;
const LOST_MS = 10000; // as long as the desk goes on trying

export class CallBack {
  #open = false;
  #only = ""; // one terminal alone, when its own button was pressed
  #back = null; // where the focus was
  #waiting = new Map(); // kiosk -> the timer of an answer that does not come
  #listed = []; // what could be chosen since it is open: the numbers stay where they are

  /** @param {{state: object, recent: object, send: (m: object) => boolean, notice: Function}} with_ */
  constructor({ state, recent, send, notice }) {
    Object.assign(this, { state, recent, send, notice });
  }

  act(name, element) {
    switch (name) {
      case "call-back": this.#ask(); break;
      case "call-back-ask": this.#ask(element.dataset.backKiosk, element); break;
      case "call-back-go": this.#go(element.dataset); break;
      case "call-back-close": this.#close(); break;
      default:
    }
  }

  /** Ask whom; `kiosk` and `follows` empty: any of the last ones. */
  #ask(kiosk = "", from = document.activeElement) {
    const why = kiosk ? this.state.whyNoCallBack(this.state.kiosks.get(kiosk)) : this.state.duty ? "" : "上岗后才能回访";
    if (why) {
      this.notice("warn", why);
      return;
    }
    this.#back = from;
    this.#only = kiosk;
    this.#open = true;
    this.#listed = [];
    this.draw();
    byId("call-back").querySelector("button").focus();
    byId("call-back").scrollIntoView({ block: "nearest" });
  }

  #close() {
    this.#open = false;
    this.draw();
    this.#back?.isConnected && this.#back.focus();
    this.#back = null;
  }

  /** The agent has chosen. */
  #go({ backKiosk, follows }) {
    this.#close();
    if (!this.send({ do: "call-back", kiosk: backKiosk, follows })) {
      this.notice("warn", "连接断开，没有发出去。请直接走过去。");
      return;
    }
    cancel(this.#waiting.get(backKiosk));
    this.#waiting.set(backKiosk, after(LOST_MS, () => {
      this.#waiting.delete(backKiosk);
      const call = this.state.kiosks.get(backKiosk)?.call;
      if (this.state.me && call?.cause !== "callback") this.notice("warn", "终端没有回应，上面没有写你回来了。请直接走过去。");
    }));
  }

  /** The desk has refused it, and said why. */
  refused(kiosk) {
    cancel(this.#waiting.get(kiosk));
    this.#waiting.delete(kiosk);
  }

  draw() {
    const section = byId("call-back");
    const open = this.#open && this.state.duty;
    const choices = this.#listed = open ? steady(this.#listed, this.#choices()).slice(0, MOST) : [];
    const focused = section.contains(document.activeElement) ? document.activeElement.dataset.backKiosk : null;
    show(section, open);
    const built = fill(section, open ? JSON.stringify(choices) : "", () => [
      el("h2", {}, choices.length ? "回去找哪一位？" : "没有可以回访的终端。"),
      choices.length && el("p", {}, `终端会马上亮起来，写着“${this.state.me?.name}正在回来找您”。点了就请走过去。`),
      el("div", { class: "choices" }, ...choices.map(({ kiosk, follows, name, about, gone }, index) =>
        el("button", { type: "button", disabled: gone, "data-action": "call-back-go", "data-back-kiosk": kiosk, "data-follows": follows, "aria-keyshortcuts": index + 1 },
          el("span", { class: "name" }, name), el("kbd", { "aria-hidden": "true" }, String(index + 1)),
          (gone || about) && el("small", {}, gone ? "现在回访不了" : about)))),
      el("div", { class: "foot" }, button("call-back-close", "取消", { class: "quiet", key: "Esc" })),
    ].filter(Boolean));
    if (!built || !open || focused === null) return;
    (section.querySelector(`[data-back-kiosk="${focused}"]:enabled`) ?? section.querySelector("[data-action=call-back-close]")).focus();
  }

  /** The last customers first, each terminal once; then the other terminals. */
  #choices() {
    const free = (id) => this.state.whyNoCallBack(this.state.kiosks.get(id)) === "";
    const found = new Map();
    for (const { kiosk, call, title, at, outcome, agent, case: number } of this.recent.items) {
      if (!kiosk || found.has(kiosk) || !free(kiosk)) continue;
      const about = [at, OUTCOME[outcome], agent, number && `编号 ${number}`].filter(Boolean).join(" · ");
      found.set(kiosk, { id: kiosk, kiosk, follows: call, name: title, about });
    }
    for (const kiosk of this.state.kiosks.values()) {
      if (!found.has(kiosk.id) && free(kiosk.id)) {
        found.set(kiosk.id, { id: kiosk.id, kiosk: kiosk.id, follows: "", name: titleOf(kiosk), about: placeOf(kiosk) });
      }
    }
    return [...found.values()].filter(({ kiosk }) => !this.#only || kiosk === this.#only).slice(0, MOST);
  }
}
