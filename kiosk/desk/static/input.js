// Clicks and keys, in one place. Both end in `act(name, card, element)`.

import { byId } from "./dom.js";
import { KEYS } from "./keys.js";

const CHOICE = "[data-outcome], [data-to], [data-follows]";
const WRITING_MS = 1500;

export function listen({ view, act, touched }) {
  let written = null; // where the last letter went, and when
  const cardOf = (element) => view.cards.get(element.closest(".card")?.dataset.kiosk);

  for (const kind of ["pointerdown", "pointerup", "keydown"]) document.addEventListener(kind, touched, { capture: true });

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-action], [data-outcome], [data-to]");
    if (!element || element.disabled) return;
    const { action, outcome, to } = element.dataset;
    act(action ?? (outcome ? "outcome" : to ? "to" : ""), cardOf(element), element);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (typing) written = ["Enter", "Escape", "Tab"].includes(event.key) ? null : { in: typing, at: event.timeStamp };
    // One press, one click: held down, it would go on to what has just opened and has the focus now.
    if (event.repeat && event.key === "Enter" && event.target.closest?.("button")) event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (byId("desk").hidden) return;
    if (byId("help").open) {
      if (event.key === "?") byId("help").close();
      return; // everything else is the dialog's own
    }
    const card = [...view.cards.values()].find(({ panel }) => panel.open);
    const asking = !byId("call-back").hidden ? byId("call-back") : card?.panel.node;
    if (event.key === "Escape" && asking) {
      act(card?.panel.node === asking ? "close" : "call-back-close", card, null);
      event.preventDefault();
      return;
    }
    if (typing) {
      if (event.key !== "Enter") return;
      press(typing.closest(".freeze")?.querySelector("button"), event);
      if (asking?.contains(typing)) focus([...asking.querySelectorAll(CHOICE)].find(({ disabled }) => !disabled), event);
      return;
    }
    if (stillWriting(event)) return;
    if (event.key === "?") act("help", null, null);
    else if (asking && /^[1-9]$/.test(event.key)) press(asking.querySelectorAll(CHOICE)[event.key - 1], event);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") focus(view.beside(event.key === "ArrowDown" ? 1 : -1), event);
    else if (!asking) byLetter(event);
  });

  /** What was written in is gone under the fingers, with its call: the next keys are not meant as commands. */
  function stillWriting(event) {
    if (!written || written.in.isConnected || event.timeStamp - written.at > WRITING_MS) return false;
    written.at = event.timeStamp;
    return true;
  }

  function byLetter(event) {
    const [action, phases] = KEYS[event.key.toLowerCase()] ?? [];
    if (!action) return;
    if (phases) press(view.aim(phases, action), event);
    else {
      event.preventDefault();
      act(action, null, null);
    }
  }

  function press(element, event) {
    if (!element || element.disabled) return;
    event.preventDefault();
    element.click();
  }

  function focus(element, event) {
    if (!element) return;
    event.preventDefault();
    element.focus();
  }
}
