// The requests to freeze money: who is told of them, and what agents have said, until terminal or record shows it.

import { byId, say } from "./dom.js";
import { showLoose, tickFreeze } from "./freeze.js";
import { notice } from "./side.js";
import { titleOf } from "./words.js";

const LOST_MS = 10000;

export class Freezes {
  #pending = new Map(); // request -> when 银行已收到 was said
  #drafts = new Map(); // request -> the receipt as far as it is written: it outlives the card of its call

  /** @param {{state: object, send: (m: object) => boolean, sound: object, redraw: () => void}} with_ `redraw`: the cards */
  constructor({ state, send, sound, redraw }) {
    Object.assign(this, { state, send, sound, redraw });
    document.addEventListener("input", ({ target }) => {
      const node = target.closest?.(".freeze");
      if (node) this.#drafts.set(node.dataset.request, target.value);
    });
  }

  pending(request) {
    return this.#pending.has(request);
  }

  draft(request) {
    return this.#drafts.get(request) ?? "";
  }

  clear() {
    this.#pending.clear();
    this.#drafts.clear();
  }

  /** The card in which somebody is writing a receipt goes away: they go on below. Whether they can. */
  goOn(request) {
    this.show();
    const node = [...byId("freezes").querySelectorAll(".freeze")].find(({ dataset }) => dataset.request === request);
    const input = node?.querySelector("input");
    input?.focus({ preventScroll: true });
    return Boolean(input);
  }

  /** Those whose call is over. */
  show() {
    this.#settle();
    const { linked } = this.state;
    showLoose(this.state, (request) => ({
      linked, pending: this.pending(request), words: this.state.may("words"), draft: this.draft(request),
    }));
  }

  /** Money that has to be stopped is told at once, whoever has the call. */
  follow(before, after) {
    this.show();
    const freeze = after?.call?.freeze;
    if (!freeze || freeze.state === "received" || before?.call?.freeze?.request === freeze.request) return;
    const words = `${titleOf(after)} 的客户申请紧急冻结${this.state.may("words") ? "，请马上打电话给银行" : ""}。`;
    this.sound.once("chime");
    notice("warn", words);
    say(byId("live"), words);
  }

  /** 银行已收到 */
  received(button) {
    const { freezeKiosk: kiosk, freezeCall: call, freezeRequest: request } = button.dataset;
    const receipt = button.closest(".freeze").querySelector("input").value.trim();
    if (this.send({ do: "freeze-received", kiosk, call, request, receipt })) this.#pending.set(request, performance.now());
    else notice("warn", "连接断开，没有发出去。");
    this.redraw();
    this.show();
  }

  tick(now) {
    for (const node of byId("freezes").querySelectorAll(".freeze")) tickFreeze(node, now);
    const late = [...this.#pending].filter(([, at]) => now - at > LOST_MS);
    if (!late.length) return;
    for (const [request] of late) this.#pending.delete(request);
    notice("warn", "没有记录上，请再点一次“银行已收到”。");
    this.redraw();
    this.show();
  }

  /** What the call shows as received, or what is not open any more, has been taken. */
  #settle() {
    for (const request of [...this.#pending.keys(), ...this.#drafts.keys()]) {
      const shown = [...this.state.kiosks.values()].map((kiosk) => kiosk.call?.freeze).find((freeze) => freeze?.request === request);
      const open = shown ? shown.state !== "received" : this.state.freezes.some((line) => line.request === request);
      if (open) continue;
      this.#pending.delete(request);
      this.#drafts.delete(request);
    }
  }
}
