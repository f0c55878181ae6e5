// 上岗, 下岗 and 小休, and what becomes of the calls that are still in hand.

import { byId, say } from "./dom.js";

export class Duty {
  #pause = false; // what was asked for while calls are in hand

  /** `comes` is told inside the click that goes on duty, `changed` when anything has been said. */
  constructor({ state, send, release, comes, changed }) {
    Object.assign(this, { state, send, release, comes, changed });
  }

  act(name) {
    const panel = byId("leave");
    switch (name) {
      case "duty": this.set(!this.state.duty); break;
      case "break": this.set(false, { pause: true }); break;
      case "off": this.set(false); break;
      case "leave-stay": panel.hidden = true; break;
      case "leave-go":
        panel.hidden = true;
        for (const mine of this.state.listed("mine")) this.release(mine);
        this.set(false, { pause: this.#pause, sure: true });
        break;
      default:
    }
  }

  /** 小休 with `pause`. Returns false if the agent has to settle something first, or it cannot be said now. */
  set(on, { pause = false, sure = false } = {}) {
    const mine = this.state.listed("mine");
    if (!on && !sure && mine.length) {
      this.#ask(mine.length, pause);
      return false;
    }
    if (on) this.comes();
    if (!this.send({ do: "duty", on, pause })) return false;
    this.state.duty = on;
    this.state.awayMs = pause ? Date.now() : null;
    this.changed();
    return true;
  }

  #ask(count, pause) {
    this.#pause = pause;
    const what = pause ? "小休" : "下岗";
    const panel = byId("leave");
    panel.hidden = false;
    say(panel.querySelector("p"), `你还有 ${count} 个呼叫没有结束。${what}会把它们放回，重新呼叫别人。`);
    say(panel.querySelector('[data-action="leave-stay"]'), `先不${what}`);
    say(panel.querySelector('[data-action="leave-go"]'), `放回呼叫并${what}`);
    panel.querySelector("button").focus();
  }
}
