// Everything around the queue: header, banners, kiosks, colleagues, recent calls, notices.

import { after } from "./clock.js";
import { button, byId, el, fill, mark, say, show } from "./dom.js";
import { NOBODY, links } from "./pages.js";
import { condition, faults } from "./state.js";
import { OUTCOME, faultName, lastText, partName, placeOf, remedyText, titleOf } from "./words.js";

const CONDITION = { ok: "正常", fault: "故障", untested: "待查", offline: "离线", unknown: "未知" };
const ORDER = ["offline", "fault", "untested", "unknown", "ok"];
const RECENT = 10;
const CLOSED = "现在不营业，没有人在岗。有急事的呼叫时，主管的网页会响。";
const STORED = "desk-recent";
const ELSEWHERE = "desk-pages";

/** The terminal's own words are English, for the technician. */
const remedyFor = (state, part, fault, remedy) => state.may("answer") ? remedyText(part, fault ?? "") : remedy ?? "";

export function showKiosks(state) {
  const kiosks = [...state.kiosks.values()].map((kiosk) => ({
    id: kiosk.id, title: titleOf(kiosk), place: placeOf(kiosk), condition: condition(kiosk),
    free: state.whyNoCallBack(kiosk) === "",
    faults: faults(kiosk).map(([part, { fault, remedy }]) => [partName(part), faultName(part, fault ?? ""), remedyFor(state, part, fault, remedy)]),
  })).sort((a, b) => ORDER.indexOf(a.condition) - ORDER.indexOf(b.condition) || (a.title < b.title ? -1 : 1));
  fill(byId("kiosks"), JSON.stringify(kiosks), () => {
    if (!kiosks.length) return [el("li", { class: "none" }, "还没有终端连上来")];
    return kiosks.map((kiosk) => el("li", { "data-kiosk": kiosk.id, "data-condition": kiosk.condition },
      el("span", { class: "what" }, el("strong", {}, kiosk.title), kiosk.place && el("span", {}, kiosk.place)),
      kiosk.free ? callBack(kiosk.id, kiosk.title) : null,
      el("span", { class: "condition" }, CONDITION[kiosk.condition]),
      el("small", { class: "last" }),
      ...kiosk.faults.map(([part, fault, remedy]) => el("p", { class: "fault" },
        el("strong", {}, fault ? `${part}：${fault}` : `${part}故障`), remedy))));
  });
  showLast(state, performance.now());
}

/** When each terminal last really drew, heard and spoke; an offline one has said nothing of it lately. */
export function showLast(state, now) {
  for (const item of byId("kiosks").children) {
    const kiosk = state.kiosks.get(item.dataset.kiosk);
    const line = item.querySelector(".last");
    if (!kiosk || !line) continue;
    const text = item.dataset.condition === "offline" ? "" : lastText(kiosk.health?.last, now - kiosk.healthAt);
    say(line, text);
    show(line, text !== "");
  }
}

const callBack = (kiosk, title) =>
  button("call-back-ask", "回访", { class: "quiet", "data-back-kiosk": kiosk, "aria-label": `回访 ${title}` });

export function showColleagues(state) {
  const people = state.others().map(({ name, level, desk, skills = [] }) =>
    [name, [`第 ${level} 级`, desk, ...skills].join(" · "), "other"]);
  if (state.duty) people.unshift([state.me.name, "你", "me"]);
  for (const { id, name, desk, since_ms } of state.away) {
    people.push([name, `小休，${timeText(since_ms)} 起 · ${id === state.me?.id ? "你" : desk}`, "away"]);
  }
  fill(byId("colleagues"), JSON.stringify(people), () => people.length
    ? people.map(([name, note, kind]) => el("li", { "data-who": kind }, el("strong", {}, name), el("span", {}, note)))
    : [el("li", { class: "none" }, "没有人在岗")]);
}

const timeText = (ms) => new Date(ms).toTimeString().slice(0, 5);

export function showHeader(state) {
  const { linked } = state;
  say(byId("hall"), state.hallTitle);
  say(byId("who"), state.me ? `${state.me.name} · 第 ${state.me.level} 级 · ${state.desk}` : "");
  // In a tab of their own: who leaves this page is not on duty.
  const pages = (state.me ? links(state.me) : []).filter(([path]) => path !== "/");
  const late = state.cases?.overdue ?? 0;
  fill(byId("pages"), JSON.stringify([pages, late]), () => pages.map(([path, name]) =>
    el("a", { href: path, target: ELSEWHERE }, name, path === "/cases" && late ? el("span", { class: "badge" }, `${late} 件超时`) : null)));
  const duty = byId("duty");
  const slot = byId(state.duty ? "duty-slot" : "hero-slot");
  if (duty.parentNode !== slot) slot.append(duty);
  say(duty, state.duty ? "下岗" : state.awayMs ? "回来上岗" : "上岗");
  say(byId("hero-title"), state.awayMs ? `小休，${timeText(state.awayMs)} 起` : "你还没有上岗");
  say(byId("hero-words"), state.awayMs ? "呼叫不会响给你，同事看得到你在小休。" : "上岗后，有人按人工，这里会响铃。");
  show(byId("off"), Boolean(state.awayMs));
  for (const id of ["break", "off"]) if (byId(id).disabled === linked) byId(id).disabled = !linked;
  mark(duty, "on", state.duty);
  if (duty.disabled === linked) duty.disabled = !linked;
  show(byId("hero"), !state.duty && state.may("answer"));
  show(byId("watching"), Boolean(state.me) && !state.may("answer"));
  const count = byId("count");
  const waiting = state.ringing().length;
  show(count, waiting > 0);
  say(count, `${waiting} 人在等`);
}

/** @param {{linked: boolean, deaf: boolean, mute: boolean}} now; the first element of the list is the title's alarm */
export function showAlarms(state, now) {
  const banner = byId("banner");
  const cut = !now.linked || !state.broker;
  const lines = [];
  if (cut) {
    lines.push(["与呼叫系统断开，正在重连……", now.linked
      ? "呼叫台连不上消息服务，新的呼叫到不了这里。请有人到大厅看着。"
      : "这段时间新的呼叫到不了这里。请有人到大厅看着。"]);
  }
  if (state.duty && now.deaf) lines.push(["本页收不到呼叫！", "请把本页放到前面，再点一下页面打开声音。"]);
  fill(banner, JSON.stringify(lines), () => lines.map(([head, text]) =>
    el("p", {}, el("strong", {}, head), el("span", {}, text))));
  show(banner, lines.length > 0);
  mark(banner, "kind", cut ? "lost" : lines.length ? "deaf" : "");
  show(byId("unlock"), state.watches() && now.mute);
  const alerts = [
    state.missed() ? ["nobody", NOBODY] : state.nobody() && ["closed", CLOSED],
    state.fresh && state.ledger === null && ["ledger", "记录服务未运行。呼叫照常，记录会在恢复后补上。"],
    state.cases?.overdue > 0 && ["cases", `有 ${state.cases.overdue} 件投诉超时了，请尽快处理。`, "", ["/cases", "去处理"]],
      ...state.troubles.map(({ part, fault, remedy }) =>
      [fault === "changed" ? "changed" : "trouble", `这个呼叫台：${partName(part)}${faultName(part, fault)}，请找技术员。`, remedy]),
  ].filter(Boolean);
  fill(byId("alerts"), JSON.stringify(alerts), () => alerts.map(([kind, text, detail, link]) =>
    el("p", { "data-alert": kind, role: kind === "nobody" ? "alert" : "status" }, text, detail && el("small", {}, detail),
      link && el("a", { href: link[0], target: ELSEWHERE }, link[1]))));
  if (cut) return "与呼叫系统断开";
  if (state.duty && now.deaf) return "本页收不到呼叫！";
  return state.missed() && state.may("supervise") ? "没有人在岗！" : "";
}

export function showChecks(linked, sounds) {
  const permission = "Notification" in window ? Notification.permission : "none";
  const checks = {
    link: [linked, linked ? "连接正常" : "连接断开"],
    sound: [sounds, sounds ? "声音已打开" : "声音没有打开"],
    notify: [permission === "granted", permission === "granted" ? "桌面通知已允许" : "桌面通知未允许"],
  };
  for (const item of byId("checks").children) {
    const [ok, text] = checks[item.dataset.check];
    say(item, text);
    mark(item, "ok", ok);
  }
}

/** A short line that goes away by itself. */
export function notice(level, text) {
  const line = el("p", { "data-level": level }, el("span", {}, text), button("dismiss", "知道了", { class: "quiet" }));
  byId("notices").append(line);
  while (byId("notices").childElementCount > 4) byId("notices").firstElementChild.remove();
  after(level === "warn" ? 15000 : 6000, () => line.remove());
}

/** The last calls that ended; they outlive a reload. */
export class Recent {
  #items = [];
  #linked = false;

  constructor() {
    try {
      this.#items = JSON.parse(sessionStorage.getItem(STORED)) ?? [];
    } catch {
      this.#items = [];
    }
    this.#show();
  }

  /** `call` is the last that was seen of it; without an outcome it ended while nobody told us. */
  add(kiosk, call) {
    const old = this.#items.find((item) => item.call === call.id);
    const item = old ?? { call: call.id, at: new Date().toTimeString().slice(0, 5) };
    Object.assign(item, {
      kiosk: kiosk.id, title: titleOf(kiosk), case: call.case, agent: call.agent?.name ?? "",
      outcome: call.outcome ?? item.outcome ?? "",
    });
    if (!old) this.#items = [item, ...this.#items].slice(0, RECENT);
    this.#show();
  }

  get items() {
    return this.#items;
  }

  /** Whether this person may see everything that happened in a call. */
  link(on) {
    if (this.#linked === on) return;
    this.#linked = on;
    this.#show();
  }

  clear() {
    this.#items = [];
    this.#show();
  }

  #title({ kiosk, call, title }) {
    if (!this.#linked || !kiosk) return title;
    return el("a", { href: `/call/${encodeURIComponent(kiosk)}/${encodeURIComponent(call)}`, title: "看全部经过" }, title);
  }

  #show() {
    try {
      sessionStorage.setItem(STORED, JSON.stringify(this.#items));
    } catch {
      // a full or forbidden store costs only the list after a reload
    }
    fill(byId("recent"), JSON.stringify([this.#linked, this.#items]), () => this.#items.length
      ? this.#items.map((item) => el("li", { "data-call": item.call, "data-outcome-shown": item.outcome },
        el("time", {}, item.at), el("strong", {}, this.#title(item)), el("span", { class: "outcome" }, OUTCOME[item.outcome] ?? "已结束"),
        el("small", {}, [item.case && `编号 ${item.case}`, item.agent].filter(Boolean).join(" · ")),
        callBack(item.kiosk, item.title)))
      : [el("li", { class: "none" }, "还没有")]);
  }
}
