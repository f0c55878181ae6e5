// Clicks and keys, in one place. Both end in `act(name, card, element)`.

import { byId } from "./dom.js";

const KEYS = {
  a: ["walk", ["waiting"]],
  v: ["video", ["waiting"]],
  d: ["arrived", ["mine"]],
  r: ["release", ["mine"]],
  e: ["end", ["mine"]],
};

export function listen({ view, act, touched }) {
  const cardOf = (element) => view.cards.get(element.closest(".card")?.dataset.kiosk);

  for (const kind of ["pointerdown", "pointerup", "keydown"]) document.addEventListener(kind, touched, { capture: true });

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-action], [data-outcome], [data-to]");
    if (!element || element.disabled) return;
    const { action, outcome, to } = element.dataset;
    act(action ?? (outcome ? "outcome" : to ? "to" : ""), cardOf(element), element);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    const typing = event.target.closest?.("input, textarea");
    const open = [...view.cards.values()].find((card) => card.panel);
    if (event.key === "Escape" && open) {
      act("close", open, null);
      event.preventDefault();
      return;
    }
    if (typing || byId("desk").hidden) return;
    if (open?.panel === "end" && /^[1-9]$/.test(event.key)) {
      press(open.node.querySelectorAll("[data-outcome]")[event.key - 1], event);
      return;
    }
    const [action, phases] = KEYS[event.key.toLowerCase()] ?? [];
    if (action) press(view.aim(phases)?.node.querySelector(`[data-action="${action}"]`), event);
  });

  function press(element, event) {
    if (!element || element.disabled) return;
    event.preventDefault();
    element.click();
  }
}
