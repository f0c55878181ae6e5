// Everything around the queue: header, banners, kiosks, colleagues, recent calls, notices.

import { after } from "./clock.js";
import { button, byId, el, fill, mark, say, show } from "./dom.js";
import { condition, faults } from "./state.js";
import { OUTCOME, faultName, partName, placeOf, titleOf } from "./words.js";

const CONDITION = { ok: "正常", fault: "故障", offline: "离线", unknown: "未知" };
const ORDER = ["offline", "fault", "unknown", "ok"];
const RECENT = 10;
const STORED = "desk-recent";

export function showKiosks(state) {
  const kiosks = [...state.kiosks.values()].map((kiosk) => ({
    id: kiosk.id, title: titleOf(kiosk), place: placeOf(kiosk), condition: condition(kiosk),
    faults: faults(kiosk).map(([part, { fault, remedy }]) => [partName(part), faultName(part, fault ?? ""), remedy ?? ""]),
  })).sort((a, b) => ORDER.indexOf(a.condition) - ORDER.indexOf(b.condition) || (a.title < b.title ? -1 : 1));
  fill(byId("kiosks"), JSON.stringify(kiosks), () => {
    if (!kiosks.length) return [el("li", { class: "none" }, "还没有终端连上来")];
    return kiosks.map((kiosk) => el("li", { "data-kiosk": kiosk.id, "data-condition": kiosk.condition },
      el("span", { class: "what" }, el("strong", {}, kiosk.title), kiosk.place && el("span", {}, kiosk.place)),
      el("span", { class: "condition" }, CONDITION[kiosk.condition]),
      ...kiosk.faults.map(([part, fault, remedy]) => el("p", { class: "fault" },
        el("strong", {}, fault ? `${part}：${fault}` : `${part}故障`), remedy))));
  });
}

export function showColleagues(state) {
  const people = state.others().map(({ name, level, desk }) => [name, `第 ${level} 级 · ${desk}`, "other"]);
  if (state.duty) people.unshift([state.me.name, "你", "me"]);
  fill(byId("colleagues"), JSON.stringify(people), () => people.length
    ? people.map(([name, note, kind]) => el("li", { "data-who": kind }, el("strong", {}, name), el("span", {}, note)))
    : [el("li", { class: "none" }, "没有人在岗")]);
}

export function showHeader(state, linked, ringing) {
  say(byId("hall"), state.hallTitle);
  say(byId("who"), state.me ? `${state.me.name} · 第 ${state.me.level} 级 · ${state.desk}` : "");
  const duty = byId("duty");
  const slot = byId(state.duty ? "duty-slot" : "hero-slot");
  if (duty.parentNode !== slot) slot.append(duty);
  say(duty, state.duty ? "下岗" : "上岗");
  mark(duty, "on", state.duty);
  if (duty.disabled === linked) duty.disabled = !linked;
  show(byId("hero"), !state.duty);
  const count = byId("count");
  show(count, ringing.length > 0);
  say(count, `${ringing.length} 人在等`);
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
  show(byId("unlock"), state.duty && now.mute);
  const alerts = [
    state.nobody() && ["nobody", "现在没有人在岗！顾客按了人工，没有人会来。"],
    state.fresh && state.ledger === null && ["ledger", "记录服务未运行。呼叫照常，记录会在恢复后补上。"],
  ].filter(Boolean);
  fill(byId("alerts"), JSON.stringify(alerts), () => alerts.map(([kind, text]) =>
    el("p", { "data-alert": kind, role: kind === "nobody" ? "alert" : "status" }, text)));
  if (cut) return "与呼叫系统断开";
  return state.duty && now.deaf ? "本页收不到呼叫！" : "";
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
      title: titleOf(kiosk), case: call.case, agent: call.agent?.name ?? "",
      outcome: call.outcome ?? item.outcome ?? "",
    });
    if (!old) this.#items = [item, ...this.#items].slice(0, RECENT);
    this.#show();
  }

  clear() {
    this.#items = [];
    this.#show();
  }

  #show() {
    try {
      sessionStorage.setItem(STORED, JSON.stringify(this.#items));
    } catch {
      // a full or forbidden store costs only the list after a reload
    }
    fill(byId("recent"), JSON.stringify(this.#items), () => this.#items.length
      ? this.#items.map((item) => el("li", { "data-call": item.call, "data-outcome-shown": item.outcome },
        el("time", {}, item.at), el("strong", {}, item.title), el("span", { class: "outcome" }, OUTCOME[item.outcome] ?? "已结束"),
        el("small", {}, [item.case && `编号 ${item.case}`, item.agent].filter(Boolean).join(" · "))))
      : [el("li", { class: "none" }, "还没有")]);
  }
}
