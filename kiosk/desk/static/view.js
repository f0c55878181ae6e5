// The queue: one card for each open call, in three lists.

import { Card } from "./card.js";
import { byId, mark, say, show } from "./dom.js";
import { inQueue } from "./state.js";

const SECTIONS = ["mine", "waiting", "others"];
const SECTION = { mine: "mine", waiting: "waiting", other: "others" };

export class View {
  cards = new Map(); // kiosk id -> Card
  #lists = Object.fromEntries(SECTIONS.map((name) => [name, byId(name).querySelector(".cards")]));

  /**
   * @param how tells a card everything about a kiosk that is not in the call
   * @param goOn takes who is writing the receipt of a request to where it can be written on, if it can
   */
  constructor(state, how, goOn) {
    Object.assign(this, { state, how, goOn });
    this.waitingCount = byId("waiting").querySelector("b");
  }

  /** Bring the card of one kiosk up to date: the shortest way from a message to the page. */
  show(kiosk, id = kiosk.id) {
    const how = kiosk && this.how(kiosk);
    let card = this.cards.get(id);
    if (!how || !(how.phase in SECTION)) {
      if (!card) return;
      const held = card.node.contains(document.activeElement);
      const writing = held && document.activeElement.matches(".freeze input") && document.activeElement.closest(".freeze").dataset.request;
      card.node.remove();
      this.cards.delete(id);
      this.#frame();
      if (held && !(writing && this.goOn(writing))) (this.#first() ?? byId("queue")).focus({ preventScroll: true }); // who works by keys goes on from there
      return;
    }
    const isNew = !card;
    if (isNew) {
      card = new Card(id);
      this.cards.set(id, card);
    }
    card.kiosk = kiosk;
    card.render(kiosk, how);
    card.tick(performance.now(), this.state.promisedMs);
    this.#place(card, this.#lists[SECTION[how.phase]]);
    this.#frame();
  }

  showAll() {
    for (const id of [...this.cards.keys()]) if (!this.state.kiosks.has(id)) this.show(null, id);
    for (const kiosk of this.state.kiosks.values()) this.show(kiosk);
    this.#frame();
  }

  tick(now) {
    for (const card of this.cards.values()) card.tick(now, this.state.promisedMs);
  }

  /** The button a key press is meant for: of the focused card if that has it, else of the first card that has it. */
  aim(phases, action) {
    const focused = document.activeElement?.closest?.(".card");
    const lists = phases.map((phase) => [...this.#lists[SECTION[phase]].children]).flat();
    const own = lists.filter((node) => node === focused);
    for (const node of own.length ? own : lists) {
      const found = node.querySelector(`[data-action="${action}"]:not(:disabled)`);
      if (found) return found;
    }
    return null;
  }

  /** The card before or after the focused one, in the order of the page. */
  beside(step) {
    const nodes = SECTIONS.map((name) => [...this.#lists[name].children]).flat();
    const at = nodes.indexOf(document.activeElement?.closest?.(".card"));
    return nodes[at < 0 ? (step > 0 ? 0 : nodes.length - 1) : at + step] ?? null;
  }

  /** Bring a card to where it is seen, unless the agent is writing elsewhere. */
  reveal(id) {
    if (!document.activeElement?.matches?.("input, textarea")) this.cards.get(id)?.node.scrollIntoView({ block: "nearest" });
  }

  #first() {
    return SECTIONS.map((name) => this.#lists[name].firstElementChild).find(Boolean) ?? null;
  }

  /** Put a card where it belongs, touching no other card, and leave it alone if it is there already. */
  #place(card, list) {
    const { node, kiosk } = card;
    let before = null;
    for (const other of list.children) {
      if (other !== node && inQueue(kiosk, this.cards.get(other.dataset.kiosk).kiosk) < 0) {
        before = other;
        break;
      }
    }
    const following = node.parentNode === list ? node.nextElementSibling : undefined;
    if (following === before) return;
    const held = node.contains(document.activeElement) ? document.activeElement : null;
    list.insertBefore(node, before);
    held?.focus({ preventScroll: true });
  }

  /** What depends on how many cards there are. */
  #frame() {
    const count = Object.fromEntries(SECTIONS.map((name) => [name, this.#lists[name].childElementCount]));
    for (const name of SECTIONS) show(byId(name), count[name] > 0);
    mark(byId("queue"), "empty", SECTIONS.every((name) => count[name] === 0));
    show(byId("idle"), count.waiting === 0 && this.state.duty);
    say(this.waitingCount, count.waiting ? String(count.waiting) : "");
  }
}
