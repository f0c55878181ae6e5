// The few things the page needs for building its DOM. Text always goes in as text.

/** el("p", {class: "x", "data-a": "b"}, "text", child) */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

/** Set text only if it differs, so that nothing is laid out or read aloud for nothing. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show or hide only if it is not so already. */
export function show(node, on) {
  if (node.hidden === on) node.hidden = !on;
}

/** Set a data attribute only if it differs. */
export function mark(node, name, value) {
  const text = String(value);
  if (node.dataset[name] !== text) node.dataset[name] = text;
}

/** Rebuild a node's children only when what they show has changed. */
export function fill(node, key, build) {
  if (node.shownKey === key) return false;
  node.shownKey = key;
  node.replaceChildren(...build());
  return true;
}

/** A list that somebody chooses from by numbers: each keeps its place, who is `gone` too, and new ones come last. */
export function steady(before, now) {
  const of = (id) => now.find((one) => one.id === id);
  const known = new Set(before.map(({ id }) => id));
  return [...before.map((one) => of(one.id) ?? { ...one, gone: true }), ...now.filter(({ id }) => !known.has(id))];
}

export const byId = (id) => document.getElementById(id);

export const button = (action, text, { key = "", note = "", ...attributes } = {}) =>
  el("button", { type: "button", "data-action": action, ...(key ? { "aria-keyshortcuts": key } : {}), ...attributes },
    el("span", { class: "name" }, text), key && el("kbd", { "aria-hidden": "true" }, key), note && el("small", {}, note));
