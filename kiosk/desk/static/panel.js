// What a card asks before something is done: how it ended, whom it goes to, and why.

import { button, el, fill, mark, show } from "./dom.js";
import { CHOICES, OUTCOME } from "./words.js";

const MAX_NOTE = 200;
const KINDS = {
  end: { ask: "结果怎样？", hint: "备注（可不填，先写再选结果）", label: "备注" },
  "hand-over": { ask: "转给谁？", hint: "留言（可不填，先写再选人）", label: "给同事的留言" },
  assign: { ask: "交给谁？", hint: "原因（必填，会留在记录里）", label: "主管介入的原因" },
};

export class Panel {
  kind = "";
  #draft = ""; // half written, it outlives a lost connection

  constructor(node) {
    this.node = node;
  }

  toggle(kind) {
    this.kind = this.kind === kind ? "" : kind;
    this.#draft = "";
  }

  /** The call has moved on: whatever was asked is void. */
  reset() {
    this.kind = this.#draft = "";
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

  /** @param {string} kind what is asked now; `people`: whom it may go to, each with what is said of them */
  render(kind, people) {
    this.#draft = this.node.querySelector("input")?.value ?? this.#draft;
    show(this.node, Boolean(kind));
    mark(this.node, "kind", kind);
    const key = kind + (kind && kind !== "end" ? JSON.stringify(people) : "");
    fill(this.node, key, () => {
      if (!kind) return [];
      const { ask, hint, label } = KINDS[kind];
      const input = el("input", { name: "note", maxlength: MAX_NOTE, placeholder: hint, "aria-label": label, autocomplete: "off" });
      input.value = this.#draft;
      const choices = kind === "end"
        ? CHOICES.map((outcome) => [OUTCOME[outcome], "", { "data-outcome": outcome }])
        : people.map(({ id, name, about }) => [name, about, { "data-to": id }]);
      return [
        input, // first, since a choice sends it
        el("p", { class: "ask" }, choices.length ? ask : "没有其他在岗的同事。"),
        el("div", { class: "choices", role: "group", "aria-label": ask }, ...choices.map(([name, about, data], index) =>
          el("button", { type: "button", ...data, ...(index < 9 ? { "aria-keyshortcuts": String(index + 1) } : {}) },
            el("span", { class: "name" }, name), index < 9 && el("kbd", { "aria-hidden": "true" }, String(index + 1)),
            about && el("small", {}, about)))),
        el("div", { class: "foot" }, button("close", "取消", { class: "quiet", key: "Esc" })),
      ];
    });
  }
}
