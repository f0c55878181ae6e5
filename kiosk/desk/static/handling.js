// What the agent does on a call's card: which panel opens, and what is sent about the call.

import { notice } from "./side.js";

export class Handling {
  constructor({ state, actions, video, view }) {
    Object.assign(this, { state, actions, video, view });
  }

  act(name, card, element) {
    const kiosk = card && this.state.kiosks.get(card.node.dataset.kiosk);
    switch (name) {
      case "walk": case "video": case "arrived": case "release": case "opened":
        if (kiosk?.call && !this.actions.pending(kiosk.id)) {
          if (name === "video") this.video.claim(kiosk);
          this.actions.do(name, kiosk);
          if (name === "video") this.video.follow();
        }
        break;
      case "end": case "hand-over": case "assign":
        if (!kiosk) break;
        card.panel.toggle(name);
        this.view.show(kiosk);
        card.node.querySelector(name === "assign" ? ".panel input" : ".panel button:enabled")?.focus(); // a reason comes first
        break;
      case "outcome":
        if (kiosk?.call) this.actions.do("end", kiosk, { outcome: element.dataset.outcome, note: card.panel.text });
        break;
      case "to":
        if (kiosk?.call) this.#give(kiosk, card.panel, element.dataset.to);
        break;
      case "close": {
        const back = card.panel.kind;
        card.panel.toggle(back);
        if (kiosk) this.view.show(kiosk);
        card.node.querySelector(`[data-action="${back}"]`)?.focus();
        break;
      }
      default:
    }
  }

  /** The call goes to a colleague with a note, or to anybody for a supervisor's reason. */
  #give(kiosk, panel, to) {
    if (panel.kind === "hand-over") this.actions.do("hand-over", kiosk, { to, note: panel.text });
    else if (panel.text) this.actions.do("assign", kiosk, { to, why: panel.text });
    else {
      notice("warn", "请先写原因，它会留在记录里。");
      panel.insist();
    }
  }
}
