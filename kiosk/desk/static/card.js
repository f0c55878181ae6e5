// One call, as the agent sees it.

import { button, byId, el, fill, mark, say, show } from "./dom.js";
import { CAUSE, CHOICES, OUTCOME, URGENCY, clockText, placeOf, takenText, titleOf } from "./words.js";

const PENDING = {
  walk: "正在接……", video: "正在接……", arrived: "正在记录……", release: "正在放回……",
  "hand-over": "正在转交……", end: "正在结束……",
};
const SAID_AT_ONCE = 3;

export class Card {
  panel = "";
  #draft = ""; // a note half written outlives a lost connection

  constructor(id) {
    this.node = byId("card-template").content.firstElementChild.cloneNode(true);
    this.node.dataset.kiosk = id;
    const find = (selector) => this.node.querySelector(selector);
    this.parts = Object.fromEntries(
      ["badges", "place", "why", "said", "passed", "taken", "note", "actions", "label", "clock", "late"]
        .map((name) => [name, find(`.${name}`)]));
    this.parts.title = find("h3");
    this.parts.panel = find(".panel");
  }

  /** @param {{phase: string, rings: boolean, duty: boolean, linked: boolean, pending: string, note: string,
   *   colleagues: object[]}} how */
  render(kiosk, how) {
    const { call } = kiosk;
    const { node, parts } = this;
    const moved = node.dataset.phase !== how.phase || node.dataset.call !== call.id;
    this.call = call;
    this.phase = how.phase;
    mark(node, "call", call.id);
    mark(node, "state", call.state);
    mark(node, "phase", how.phase);
    mark(node, "round", call.round);
    mark(node, "urgency", call.urgency);
    mark(node, "rings", how.rings);
    mark(node, "offline", kiosk.offline);
    mark(node, "pending", Boolean(how.pending));
    say(parts.title, titleOf(kiosk));
    say(parts.place, placeOf(kiosk));
    this.#badges(kiosk, how);
    say(parts.why, [CAUSE[call.cause] ?? call.cause, call.presses > 1 ? `按了\u00a0${call.presses}\u00a0次` : ""].filter(Boolean).join("，"));
    this.#said(call.said);
    say(parts.passed, call.passed.length ? `之前接过：${call.passed.join("、")}` : "");
    say(parts.taken, how.phase === "other" ? takenText(call) : how.phase === "mine" ? mineText(call) : "");
    say(parts.note, how.note || advice(kiosk, how));
    mark(parts.note, "own", Boolean(how.note));
    if (moved) {
      this.panel = this.#draft = "";
      fill(parts.panel, "", () => []);
    }
    this.#actions(call, how);
    this.#panel(how);
  }

  tick(now, promisedMs) {
    const { call, phase, parts } = this;
    const waiting = phase === "waiting";
    const ms = now - (waiting ? call.openedAt : call.sinceAt);
    const late = waiting && ms > promisedMs;
    say(parts.label, waiting ? "已等" : call.state === "connected" ? "服务中" : "接听后");
    say(parts.clock, clockText(ms));
    say(parts.late, late ? `超过 ${Math.round(promisedMs / 1000)} 秒` : "");
    mark(this.node, "late", late);
  }

  toggle(panel) {
    this.panel = this.panel === panel ? "" : panel;
  }

  get notes() {
    return this.parts.panel.querySelector("input")?.value.trim() ?? "";
  }

  #badges(kiosk, how) {
    const { call } = kiosk;
    const badges = [
      URGENCY[call.urgency] && [call.urgency, URGENCY[call.urgency]],
      kiosk.offline && ["offline", "终端断线"],
      call.closed && ["closed", "非营业时间"],
      call.level > 1 && call.urgency !== "urgent" && ["level", `已升到第 ${call.level} 级`],
      how.phase === "waiting" && how.duty && !how.rings && ["quiet", "还没轮到你这一级，不响铃"],
      call.case && ["case", `编号 ${call.case}`],
    ].filter(Boolean);
    fill(this.parts.badges, JSON.stringify(badges), () =>
      badges.map(([kind, text]) => el("span", { class: "badge", "data-badge": kind }, text)));
  }

  #said(said) {
    fill(this.parts.said, JSON.stringify(said), () => {
      const quote = (text) => el("q", {}, text);
      const early = said.slice(0, -SAID_AT_ONCE);
      const rest = said.slice(-SAID_AT_ONCE).map(quote);
      if (!said.length) return [];
      const more = early.length && el("details", {}, el("summary", {}, `还有前面 ${early.length} 句`), ...early.map(quote));
      return [el("span", { class: "label" }, "之前说过、点过"), ...rest, ...(more ? [more] : [])];
    });
  }

  #actions(call, how) {
    const { phase, pending } = how;
    const why = !how.linked ? "连接断开" : phase === "waiting" && !how.duty ? "上岗后才能接" : "";
    const key = [phase, call.state, call.mode, call.video, why, pending].join();
    const { actions } = this.parts;
    if (actions.shownKey === key) return;
    const focused = actions.contains(document.activeElement) ? document.activeElement.dataset.action : "";
    fill(actions, key, () => {
      const make = (action, text, shortcut, options = {}) => button(action, pending === action ? PENDING[action] : text, {
        key: shortcut, disabled: Boolean(why || pending || options.disabled), note: why || options.note,
        class: options.primary ? "primary" : "", "data-pending": pending === action ? "true" : null,
      });
      if (phase === "waiting") {
        return [
          make("walk", "我过去", "A", { primary: true }),
          make("video", "视频接听", "V", call.video ? {} : { disabled: true, note: "此终端暂无视频" }),
        ];
      }
      if (phase !== "mine") return [];
      const there = call.state === "connected";
      return [
        there ? null : make("arrived", "已到现场", "D", { primary: true }),
        make("end", "结束", "E", { primary: there }),
        make("release", "放回", "R"),
        make("hand-over", "转给同事", ""),
      ].filter(Boolean);
    });
    if (focused) {
      const next = actions.querySelector(`[data-action="${focused}"]:not(:disabled)`) ?? actions.querySelector("button:not(:disabled)");
      (next ?? this.node).focus({ preventScroll: true });
    }
  }

  #panel(how) {
    const { panel } = this.parts;
    this.#draft = panel.querySelector("input")?.value ?? this.#draft;
    const kind = how.phase === "mine" && how.linked && !how.pending ? this.panel : "";
    show(panel, Boolean(kind));
    show(this.parts.actions, !kind);
    mark(panel, "kind", kind);
    const key = kind + (kind === "hand-over" ? JSON.stringify(how.colleagues) : "");
    fill(panel, key, () => {
      const close = button("close", "取消", { class: "quiet" });
      if (kind === "end") {
        const note = el("input", {
          name: "note", maxlength: 200, placeholder: "备注（可不填，先写再选结果）", "aria-label": "备注", autocomplete: "off",
        });
        note.value = this.#draft;
        return [
          note, // first, since choosing an outcome ends the call
          el("p", { class: "ask" }, "结果怎样？"),
          el("div", { class: "choices" }, ...CHOICES.map((outcome, index) =>
            el("button", { type: "button", "data-outcome": outcome },
              el("span", { class: "name" }, OUTCOME[outcome]), el("kbd", { "aria-hidden": "true" }, String(index + 1))))),
          el("div", { class: "foot" }, close),
        ];
      }
      if (kind === "hand-over") {
        const names = how.colleagues.map(({ id, name, level, desk }) =>
          el("button", { type: "button", "data-to": id }, el("span", { class: "name" }, name), el("small", {}, `第 ${level} 级 · ${desk}`)));
        return [
          el("p", { class: "ask" }, names.length ? "转给谁？" : "没有其他在岗的同事。"),
          el("div", { class: "choices" }, ...names), el("div", { class: "foot" }, close),
        ];
      }
      return [];
    });
  }
}

function advice(kiosk, how) {
  if (how.phase === "other") return "";
  if (!how.linked) return how.phase === "waiting" ? "现在接不了，请直接走过去。" : "";
  return kiosk.offline ? "终端断线，状态可能不是最新。请直接走过去。" : "";
}

function mineText(call) {
  if (call.state !== "connected") return call.mode === "video" ? "你已接，正在接通视频" : "你已接，请走过去";
  return call.mode === "video" ? "正在视频" : "你在现场";
}
