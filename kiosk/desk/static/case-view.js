// One complaint: what was said, what is due, what was done, and what can be done now.

import { button, byId, el } from "./dom.js";
import { HOW, STATE, at, doneText, dueText, late } from "./case-words.js";

// [action, what it says, key, in which states]
const ACTIONS = [
  ["take", "我来处理", "T", ["new", "working", "answered", "reopened"]],
  ["assign", "交给同事", "G", ["new", "working", "answered", "reopened"]],
  ["note", "备注", "B", ["new", "working", "answered", "closed", "reopened"]],
  ["reply", "答复", "D", ["new", "working", "answered", "reopened"]],
  ["close", "结案", "J", ["answered"]],
  ["reopen", "重新处理", "C", ["answered", "closed"]],
];
const NEXT = { new: "take", reopened: "take", working: "reply", answered: "close" }; // what stands out
const ASK = {
  assign: ["交给谁？", "交给他"],
  note: ["备注", "记下"],
  reply: ["怎么跟客户说的？", "记下答复"],
  close: ["结案说明（可以不填）", "结案"],
  reopen: ["为什么要重新处理？", "重新处理"],
  new: ["客户投诉什么？", "登记"],
};
const HINT = { note: "不要写身份证号、卡号。", reply: "不要写身份证号、卡号。", new: "一长串数字会自动变成星号，不会保存。" };

/** The actions that fit a case, for this person: [action, text, key]. */
export const actionsFor = (one, me) => ACTIONS
  .filter(([name, , , states]) => states.includes(one.state) && (name !== "take" || one.owner.id !== me.id));

export const sourceText = (one, kiosks) => one.kiosk ? kiosks[one.kiosk] ?? one.kiosk : "电话或柜台";

/** Show a case. `told` is the desk's answer. */
export function showCase(told, me) {
  const { case: one, entries, same, kiosks, now_ms: now } = told;
  const fact = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
  const facts = el("dl", { class: "facts" },
    fact("期限", el("span", { class: "due", "data-late": String(late(one, now)) }, dueText(one, now))),
    fact("处理人", one.owner.name || "还没有人"),
    fact("来自", sourceText(one, kiosks)),
    fact("投诉时间", at(one.opened_ms)),
    one.contact && fact("联系方式", one.contact));
  if (one.call && me.rights.includes("words")) {
    facts.append(fact("呼叫", el("a", { href: `/call/${encodeURIComponent(one.kiosk)}/${encodeURIComponent(one.call)}` }, "看经过")));
  }
  byId("case").replaceChildren(
    button("back", "← 返回列表", { class: "back" }),
    el("h1", {}, "投诉 ", el("span", { id: "number" }, one.number), el("small", { class: "state", "data-state": one.state }, STATE[one.state])),
    ...same.map((other) => el("p", { class: "same" }, "还有一件投诉也是这个号：",
      el("a", { href: `#${other.id}` }, `${sourceText(other, kiosks)}，${at(other.opened_ms)}`), "。请问清楚是哪一件。")),
    facts,
    el("p", { class: "words-said" }, one.summary || "（没有写）"),
    el("div", { class: "case-actions" }, ...actionsFor(one, me).map(([name, text, key]) =>
      button(name, text, { key, class: name === NEXT[one.state] ? "primary" : null }))),
    el("div", { id: "panel" }),
    el("div", {}, el("h2", {}, "办理记录"), el("ol", { id: "entries" }, ...entries.map((entry) => el("li", { "data-what": entry.what },
      el("time", {}, at(entry.at_ms)), el("strong", {}, doneText(entry)),
      entry.text && entry.what !== "assigned" ? el("p", {}, entry.text) : null)))),
  );
}

/** Open what an action asks for, below its button; it is sent by its form. */
export function openPanel(name, told, me) {
  const [question, done] = ASK[name];
  const form = el("form", { class: "case-panel", "data-panel": name });
  if (name === "assign") {
    const others = told.colleagues.filter(({ id }) => id !== told.case.owner.id && id !== me.id);
    form.append(el("label", { class: "field" }, question,
      el("select", { name: "to", required: true }, ...others.map(({ id, name: whose }) => el("option", { value: id }, whose)))));
    if (!others.length) form.replaceChildren(el("p", {}, "没有别的同事可以处理投诉。"));
  } else {
    form.append(el("label", { class: "field" }, question,
      el("textarea", { name: "text", rows: 4, maxlength: 500, required: name !== "close" }),
      HINT[name] && el("span", { class: "hint" }, HINT[name])));
  }
  if (name === "reply") {
    form.prepend(el("fieldset", { "aria-label": "怎么答复的" }, ...Object.entries(HOW).map(([value, text]) =>
      el("label", {}, el("input", { type: "radio", name: "how", value, required: true }), text))));
  }
  if (name === "new") {
    form.append(el("label", { class: "field" }, "怎么联系客户（可以不填）",
      el("input", { name: "contact", maxlength: 60, autocomplete: "off" })));
  }
  form.append(el("div", { class: "do" }, el("button", { type: "submit", class: "primary" }, done),
    button("cancel", "取消", { key: "Esc" })));
  byId("panel").replaceChildren(form);
  form.querySelector("select, input[type=radio], textarea")?.focus();
}

/** The form for a complaint that came by telephone or at the counter. */
export function showNew(me) {
  byId("case").replaceChildren(
    button("back", "← 返回列表", { class: "back" }), el("h1", {}, "登记投诉"),
    el("p", {}, "客户打电话来、到柜台来投诉，登记在这里。登记好会有投诉号，请告诉客户。"), el("div", { id: "panel" }));
  openPanel("new", null, me);
}
