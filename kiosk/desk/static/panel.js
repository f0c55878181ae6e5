// What a card asks before something is done: how it ended, whom it goes to, and why.

import { button, el, fill, mark, say, show, steady } from "./dom.js";
import { CHOICES, OUTCOME } from "./words.js";

const MAX_NOTE = 200;
const KINDS = {
  end: { ask: "结果怎样？", hint: "备注（可不填，先写再选结果）", label: "备注" },
  "hand-over": { ask: "转给谁？", hint: "留言（可不填，先写再选人）", label: "给同事的留言" },
  assign: { ask: "交给谁？", hint: "原因（必填，会留在记录里）", label: "主管介入的原因" },
};

export class Panel {
  kind = "";
  #listed = []; // what could be chosen so far: the numbers stay where they are

  constructor(node) {
    this.node = node;
  }

  /** Whether it asks something now. */
  get open() {
    return Boolean(this.kind) && !this.node.hidden;
  }

  toggle(kind) {
    const next = this.kind === kind ? "" : kind;
    this.reset();
    this.kind = next;
  }

  /** The call has moved on: whatever was asked is void. */
  reset() {
    this.kind = "";
    this.#listed = [];
    fill(this.node, "", () => []);
  }

  get text() {
    return this.node.querySelector("input")?.value.trim() ?? "";
  }

  /** What is written is missing: say so where it belongs. */
  insist() {
    const input = this.node.querySelector("input");
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }

  /**
   * What somebody is writing stays as long as it is asked; what can be chosen changes around it.
   * @param {string} kind what is asked now
   * @param {{people: object[], linked: boolean, pending: boolean}} how `people`: whom it may go to, each with what is
   *   said of them; `pending`: it is answered, and the terminal has not shown it yet
   */
  render(kind, { people, linked, pending }) {
    show(this.node, Boolean(kind) && !pending);
    mark(this.node, "kind", kind);
    fill(this.node, kind, () => (kind ? parts(KINDS[kind]) : []));
    if (!kind) return;
    this.#listed = steady(this.#listed, kind === "end" ? outcomes() : people);
    say(this.node.querySelector(".ask"), this.#listed.length ? KINDS[kind].ask : "没有其他在岗的同事。");
    const choices = this.node.querySelector(".choices");
    const focused = choices.contains(document.activeElement) ? document.activeElement.dataset : null;
    const built = fill(choices, JSON.stringify([this.#listed, linked]), () => this.#listed.map((choice, index) => one(choice, index, linked)));
    if (!built || !focused) return;
    const again = [...choices.children].find(({ dataset, disabled }) => !disabled && dataset.to === focused.to && dataset.outcome === focused.outcome);
    (again ?? this.node.querySelector("input")).focus({ preventScroll: true });
  }
}

const outcomes = () => CHOICES.map((outcome) => ({ id: outcome, name: OUTCOME[outcome], about: "", outcome }));

const parts = ({ ask, hint, label }) => [
  // first, since a choice sends it
  el("input", { name: "note", maxlength: MAX_NOTE, placeholder: hint, "aria-label": label, autocomplete: "off" }),
  el("p", { class: "ask" }),
  el("div", { class: "choices", role: "group", "aria-label": ask }),
  el("div", { class: "foot" }, button("close", "取消", { class: "quiet", key: "Esc" })),
];

function one({ id, name, about, outcome, gone }, index, linked) {
  const why = linked ? gone ? "已不在岗" : about : "连接断开";
  const key = index < 9 ? String(index + 1) : "";
  return el("button", {
    type: "button", disabled: gone || !linked, ...(outcome ? { "data-outcome": outcome } : { "data-to": id }), ...(key ? { "aria-keyshortcuts": key } : {}),
  }, el("span", { class: "name" }, name), key && el("kbd", { "aria-hidden": "true" }, key), why && el("small", {}, why));
}
