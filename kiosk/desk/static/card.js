// One call, as the agent sees it.

import { button, byId, el, fill, mark, say, show } from "./dom.js";
import { freezeOf, renderFreeze, tickFreeze } from "./freeze.js";
import { Panel } from "./panel.js";
import { CAUSE, URGENCY, clockText, placeOf, spoken, takenText, titleOf } from "./words.js";

const PENDING = {
  walk: "正在接……", video: "正在接……", arrived: "正在记录……", release: "正在放回……",
  opened: "正在记录……", "hand-over": "正在转交……", assign: "正在转交……", end: "正在结束……",
};
const SAID_AT_ONCE = 3;

export class Card {
  constructor(id) {
    this.node = byId("card-template").content.firstElementChild.cloneNode(true);
    this.node.dataset.kiosk = id;
    const find = (selector) => this.node.querySelector(selector);
    this.parts = Object.fromEntries(
      ["badges", "place", "why", "said", "freeze", "passed", "left", "taken", "note", "actions", "label", "clock", "late"]
        .map((name) => [name, find(`.${name}`)]));
    this.parts.title = find("h3");
    this.panel = new Panel(find(".panel"));
  }

  /** @param {{phase: string, rings: boolean, duty: boolean, linked: boolean, pending: string, note: string,
   *   may: (right: string) => boolean, me: object, colleagues: object[], freezeLine: object,
   *   freezePending: boolean, freezeDraft: string}} how */
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
    mark(node, "freeze", call.freeze?.state ?? "");
    mark(node, "rings", how.rings || (how.phase === "mine" && call.given));
    mark(node, "given", call.given);
    if (node.getAttribute("aria-label") !== spoken(kiosk)) node.setAttribute("aria-label", spoken(kiosk));
    mark(node, "offline", kiosk.offline);
    mark(node, "pending", Boolean(how.pending));
    say(parts.title, titleOf(kiosk));
    say(parts.place, placeOf(kiosk));
    this.#badges(kiosk, how);
    say(parts.why, [CAUSE[call.cause] ?? call.cause, call.presses > 1 ? `按了\u00a0${call.presses}\u00a0次` : ""].filter(Boolean).join("，"));
    this.#said(call.said);
    renderFreeze(parts.freeze, freezeOf(kiosk, how.freezeLine), {
      linked: how.linked, pending: how.freezePending, words: how.may("words"), draft: how.freezeDraft,
    });
    say(parts.passed, [
      call.passed.length ? `之前接过：${call.passed.join("、")}` : "", how.phase === "waiting" ? alsoRings(call, how.me) : "",
    ].filter(Boolean).join("　"));
    say(parts.left, call.note && `留言：${call.note}`);
    say(parts.taken, how.phase === "other" ? takenText(call) : how.phase === "mine" ? mineText(call) : "");
    say(parts.note, how.note || advice(kiosk, how));
    mark(parts.note, "own", Boolean(how.note));
    if (moved) this.panel.reset();
    this.#actions(call, how);
    this.#panel(call, how);
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
    tickFreeze(parts.freeze, now);
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
    const why = !how.linked ? "连接断开" : phase !== "waiting" ? "" : !how.may("answer") ? "你的账号只能看" : !how.duty ? "上岗后才能接" : "";
    const supervisor = how.may("supervise");
    const key = [phase, call.state, call.mode, call.video, call.given, supervisor, why, pending].join();
    const { actions } = this.parts;
    if (actions.shownKey === key) return;
    const focused = actions.contains(document.activeElement) ? document.activeElement.dataset.action : "";
    fill(actions, key, () => {
      const make = (action, text, shortcut, options = {}) => button(action, pending === action ? PENDING[action] : text, {
        key: shortcut, disabled: Boolean(why || pending || options.disabled), note: why || options.note,
        class: options.primary ? "primary" : null, "data-pending": pending === action ? "true" : null,
      });
      if (phase === "waiting") {
        return [
          make("walk", "我过去", "A", { primary: true }),
          make("video", "视频接听", "V", call.video && how.may("video") ? {}
            : { disabled: true, note: call.video ? "你的账号不接视频" : "此终端暂无视频" }),
          supervisor && make("assign", "指派", "M"),
        ].filter(Boolean);
      }
      if (phase === "other") return supervisor ? [make("assign", "主管介入", "M")] : [];
      if (phase !== "mine") return [];
      const there = call.state === "connected";
      return [
        call.given ? make("opened", "看到了", "O", { primary: true }) : null,
        call.mode === "video" ? make("walk", "我过去", "A") : null,
        there || call.mode === "video" ? null : make("arrived", "已到现场", "D", { primary: !call.given }),
        make("end", "结束", "E", { primary: there }),
        make("release", "放回", "R"),
        make("hand-over", "转给同事", "T"),
      ].filter(Boolean);
    });
    if (focused) {
      const next = actions.querySelector(`[data-action="${focused}"]:not(:disabled)`) ?? actions.querySelector("button:not(:disabled)");
      (next ?? this.node).focus({ preventScroll: true });
    }
  }

  #panel(call, how) {
    const asks = { mine: ["end", "hand-over"], waiting: ["assign"], other: ["assign"] }[how.phase] ?? [];
    const kind = asks.includes(this.panel.kind) ? this.panel.kind : "";
    const about = ({ level, desk, skills = [] }) => [`第 ${level} 级`, desk, ...skills].join(" · ");
    const people = how.colleagues.filter(({ id }) => id !== call.agent?.id)
      .map((colleague) => ({ id: colleague.id, name: colleague.name, about: about(colleague) }));
    if (kind === "assign" && how.duty) people.unshift({ id: how.me.id, name: "我来接", about: how.me.name });
    this.panel.render(kind, { people, linked: how.linked, pending: Boolean(how.pending) });
    show(this.parts.actions, !this.panel.open);
  }
}

function advice(kiosk, how) {
  if (how.phase === "other") return "";
  if (!how.linked) return how.phase === "waiting" ? "现在接不了，请直接走过去。" : "";
  return kiosk.offline ? "终端断线，状态可能不是最新。请直接走过去。" : "";
}

/** Which colleagues have it on their page too. */
function alsoRings(call, me) {
  const names = call.seen_by.filter(({ id }) => id !== me?.id).map(({ name }) => name);
  return names.length ? `也响在：${names.join("、")}` : "";
}

function mineText(call) {
  if (call.given) return `转给你了${call.passed.length ? `（${call.passed.at(-1)} 接过）` : ""}，${call.mode === "video" ? "请接通视频" : "请走过去"}`;
  if (call.state !== "connected") return call.mode === "video" ? "你已接，正在接通视频" : "你已接，请走过去";
  return call.mode === "video" ? "正在视频" : "你在现场";
}
