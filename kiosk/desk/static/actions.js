// What the agent does with calls, from the press until the kiosk's own state shows it.

import { notice } from "./side.js";
import { titleOf } from "./words.js";

const SLOW_MS = 3000;
const LOST_MS = 10000;
const NOTE_MS = 8000;

export class Actions {
  #pending = new Map(); // kiosk id -> {action, call, round, at}
  #notes = new Map(); // kiosk id -> {text, until}

  /** @param {{state: object, send: (m: object) => boolean, sound: object, redraw: (id: string) => void}} with_ */
  constructor({ state, send, sound, redraw }) {
    Object.assign(this, { state, send, sound, redraw });
  }

  pending(id) {
    return this.#pending.get(id)?.action ?? "";
  }

  note(id) {
    return this.#notes.get(id)?.text ?? "";
  }

  /** Send one command about a kiosk's call; `action` names the button. */
  do(action, kiosk, extra = {}) {
    const { call } = kiosk;
    const command = action === "walk" || action === "video" ? { do: "accept", mode: action } : { do: action };
    const now = performance.now();
    if (this.send({ ...command, kiosk: kiosk.id, call: call.id, round: call.round, ...extra })) {
      this.#pending.set(kiosk.id, { action, call: call.id, round: call.round, at: now });
      this.#notes.delete(kiosk.id);
    } else {
      this.#write(kiosk.id, "连接断开，没有发出去。请直接走过去。");
    }
    this.redraw(kiosk.id);
  }

  /** The kiosk's state has changed: has it settled what we asked for? Called before the card is drawn. */
  settle(id, before, after) {
    const pending = this.#pending.get(id);
    const was = before ? this.state.phase(before) : "none";
    const is = after ? this.state.phase(after) : "none";
    const name = after?.call?.agent?.name || "同事";
    if (was !== is || after?.call?.id !== before?.call?.id) this.#notes.delete(id);
    if (!pending) {
      if (is === "mine" && after.call.given && !(before?.call?.given && was === "mine")) this.#tell("given", after);
      else if (was === "waiting" && is === "mine") this.#tell("mine", after);
      else if (is === "mine" && after.call.cause === "callback" && after.call.id !== before?.call?.id) this.#tell("back-to", after);
      else if (was === "mine" && is === "waiting") this.#tell("back", after);
      else if (was === "mine" && is === "other" && after.call.id === before.call.id) this.#tell("taken", after);
      return;
    }
    const { action, call, round } = pending;
    const same = after?.call?.id === call;
    let text = "";
    if (action === "walk" || action === "video") {
      if (same && is === "waiting" && after.call.round === round) return;
      if (action === "walk" && same && is === "mine" && after.call.mode === "video") return; // comes over instead
      if (same && is === "other") text = `已被 ${name} 接走`;
    } else if (action === "assign") {
      if (same && after.call.round === round && is !== "ended") return;
    } else if (same && is === "mine" && after.call.round === round) {
      if (!(action === "arrived" && after.call.state === "connected") && !(action === "opened" && !after.call.given)) return;
    } else if (same && is === "other" && action !== "hand-over") {
      text = `已由 ${name} 接着办`;
    }
    this.#pending.delete(id);
    if (pending.slow) this.#notes.delete(id);
    if (text) this.#write(id, text);
  }

  /** The desk has refused what was asked, and said why: nobody has to wait. */
  refused(id) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    if (pending.slow) this.#notes.delete(id);
    this.redraw(id);
  }

  /** The connection is gone, and with it every answer we were waiting for. */
  drop() {
    const ids = [...this.#pending.keys()];
    this.#pending.clear();
    for (const id of ids) this.#write(id, "连接断开，不知道是否发出。");
  }

  clear() {
    this.#pending.clear();
    this.#notes.clear();
  }

  tick(now) {
    for (const [id, pending] of this.#pending) {
      const waited = now - pending.at;
      if (waited > LOST_MS) {
        this.#pending.delete(id);
        this.#write(id, "终端没有回应。请再按一次，或直接走过去。");
        this.redraw(id);
      } else if (waited > SLOW_MS && !pending.slow) {
        pending.slow = true;
        this.#write(id, "还在等终端确认……", LOST_MS);
        this.redraw(id);
      }
    }
    for (const [id, note] of this.#notes) {
      if (now < note.until) continue;
      this.#notes.delete(id);
      this.redraw(id);
    }
  }

  /** The call has changed hands, and not because this agent has just asked for it. */
  #tell(what, kiosk) {
    const title = titleOf(kiosk);
    const { call } = kiosk;
    if (what === "given") notice("warn", `${title} 的呼叫转给了你，${call.mode === "video" ? "请接通视频" : "请走过去"}。`);
    else if (what === "taken") {
      this.sound.once("chime");
      notice("warn", `${title} 的呼叫转给了 ${call.agent?.name || "同事"}，你不用再办${call.note ? `。留言：${call.note}` : ""}。`);
    } else if (what === "back-to") notice("info", `${title} 写着你回来了，请走过去。`);
    else if (what === "back") notice("warn", `${title} 又在呼叫：还没有人到场。`);
    else notice("info", `${title} 的呼叫由你接了。`);
  }

  #write(id, text, ms = NOTE_MS) {
    this.#notes.set(id, { text, until: performance.now() + ms });
  }
}
