// A customer's request to freeze their money: in red on its call's card, and by itself when the call is over.

import { byId, el, fill, mark, say, show } from "./dom.js";
import { clockText, placeOf, titleOf } from "./words.js";

const STANDING = {
  "no-webhook": "请马上打电话给银行。银行说收到了，再点“银行已收到”。",
  sending: "已经发给银行系统，正在等回执。",
  trouble: "银行系统没有回应，还在重发。请马上打电话给银行。",
  taken: "银行系统收下了，没有给回执。请打电话给银行，问到回执再点“银行已收到”。",
};

/**
 * What somebody is writing stays as long as the bank has not confirmed; the words change around it.
 * @param {{linked: boolean, pending: boolean, words: boolean, draft: string}} how `words`: the person may deal with the
 *   bank; `draft`: the receipt as far as it is written
 */
export function renderFreeze(node, freeze, how) {
  show(node, Boolean(freeze));
  if (!freeze) return;
  node.askedAt = freeze.askedAt;
  mark(node, "request", freeze.request);
  mark(node, "state", freeze.state);
  if (freeze.state === "received") {
    fill(node, JSON.stringify([freeze.request, freeze.receipt, freeze.agent?.name]), () => done(freeze));
    return;
  }
  const find = (selector) => node.querySelector(selector);
  fill(node, JSON.stringify([freeze.request, freeze.kiosk, freeze.call, how.words]), () => asking(freeze, how));
  say(find(".freeze-about"), freeze.about ?? "");
  show(find(".freeze-about"), Boolean(freeze.about));
  say(find(".freeze-text"), how.words ? freeze.text : "请走过去陪着客户，并告诉坐席或主管：要马上打电话给银行。");
  if (!how.words) return;
  const press = find("button");
  const off = !how.linked || how.pending;
  if (press.disabled !== off) press.disabled = off;
  say(press.querySelector(".name"), how.pending ? "正在记录……" : "银行已收到");
  say(press.querySelector("small"), how.linked ? "" : "连接断开");
  show(press.querySelector("small"), !how.linked);
}

export function tickFreeze(node, now) {
  const clock = node.querySelector(".freeze-clock");
  if (clock) say(clock, clockText(now - node.askedAt));
}

/** What a call's card shows; `line` is what the desk that keeps the record knows besides. */
export function freezeOf(kiosk, line) {
  const { freeze, id: call } = kiosk.call;
  if (!freeze) return null;
  const standing = line?.standing ?? (freeze.state === "refused" ? "refused" : "no-webhook");
  return { ...freeze, kiosk: kiosk.id, call, text: text(freeze.state === "asked" ? "asked" : standing, freeze.why || line?.why) };
}

/** The requests of calls that are over, below those who wait. */
export function showLoose(state, how) {
  const lines = state.looseFreezes();
  const section = byId("freezes");
  show(section, lines.length > 0);
  const list = section.querySelector(".cards");
  const nodes = new Map([...list.children].map((node) => [node.dataset.request, node]));
  for (const [request, node] of nodes) if (!lines.some((line) => line.request === request)) node.remove();
  lines.forEach((line, number) => {
    // Who is writing in one goes on: only a new one is put in its place.
    const node = nodes.get(line.request) ?? el("div", { class: "freeze", role: "alert", "data-request": line.request });
    if (list.children[number] !== node) list.insertBefore(node, list.children[number] ?? null);
    const kiosk = state.kiosks.get(line.kiosk);
    const where = kiosk ? [titleOf(kiosk), placeOf(kiosk)].filter(Boolean).join("，") : line.kiosk;
    const about = `${where} · 编号 ${line.case}，呼叫已结束`;
    renderFreeze(node, { ...line, state: "submitted", about, text: text(line.standing, line.why) }, how(line.request));
  });
}

function text(standing, why) {
  if (standing === "asked") return "终端正在记录。";
  if (standing === "refused") return `银行系统没有受理${why ? `：${why}` : ""}。请马上打电话给银行。`;
  return STANDING[standing] ?? STANDING["no-webhook"];
}

function done(freeze) {
  const who = freeze.agent?.name ? `${freeze.agent.name} 确认` : "银行系统答复";
  const receipt = freeze.receipt ? `回执 ${freeze.receipt}，` : "";
  return [el("p", { class: "freeze-done" }, `冻结申请：银行已收到（${receipt}${who}）`)];
}

function asking(freeze, how) {
  const input = el("input", {
    name: "receipt", maxlength: 60, placeholder: "银行回执号（没有可不填）", "aria-label": "银行回执号", autocomplete: "off",
  });
  input.value = how.draft;
  return [
    el("p", { class: "freeze-head" }, el("strong", {}, "客户申请紧急冻结"), el("span", { class: "freeze-clock", role: "timer" })),
    el("p", { class: "freeze-about" }),
    el("p", { class: "freeze-text" }),
    how.words && el("div", { class: "freeze-do" }, input, el("button", {
      type: "button", class: "primary", "data-action": "freeze-received",
      "data-freeze-kiosk": freeze.kiosk, "data-freeze-call": freeze.call, "data-freeze-request": freeze.request,
    }, el("span", { class: "name" }), el("small"))),
  ].filter(Boolean);
}
