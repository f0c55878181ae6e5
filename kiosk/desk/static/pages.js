// What every page beside the calls has: the bar at the top, and asking the desk with the person's session.

import { byId, el } from "./dom.js";

// [address, what it says, the right it takes; "" for everybody]; in the order of a working day
const PAGES = [
  ["/", "呼叫", "calls"],
  ["/cases", "投诉", "cases"],
  ["/report", "报表", "report"],
  ["/unanswered", "没答上的话", "content"],
  ["/people", "人员", "skills"],
  ["/account", "我的账号", ""],
];
const PATIENCE_MS = 15000;
const LOOK_MS = 10000;

/**
 * Ask the desk; gives the JSON. Who is not signed in goes to sign in; anything else throws a sentence for people.
 * `itself`: nobody has clicked, so it does not count as use of the session.
 */
export async function ask(path, { method = "GET", body, itself = false } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(itself ? { "Kiosk-Itself": "1" } : {}) },
    });
  } catch {
    throw new Error("连不上呼叫台，请稍后再试");
  }
  if (answer.status === 401) {
    location.assign("/");
    throw new Error("请先登录");
  }
  const said = await answer.json().catch(() => ({}));
  if (said.one_time) location.assign("/account");
  if (!answer.ok) throw new Error(said.error || `没有成功（${answer.status}）`);
  return said;
}

/** The bar for this person; gives the person, with `rights`. */
export async function begin() {
  const { me } = await ask("/api/me");
  const here = location.pathname;
  if (me.one_time && here !== "/account") location.assign("/account");
  byId("bar").replaceChildren(
    el("nav", { "aria-label": "页面" }, ...links(me).map(([path, name]) =>
      el("a", { href: path, "aria-current": path === here ? "page" : null }, name))),
    el("span", { class: "who" }, me.name),
  );
  if (!me.one_time && me.rights.includes("calls")) watchHall(me);
  return me;
}

/** A few words beside the name of a page in the bar; empty takes them away. */
export function badge(path, text) {
  const link = [...byId("bar").querySelectorAll("a")].find((one) => one.getAttribute("href") === path);
  link?.querySelector(".badge")?.remove();
  if (text) link?.append(el("span", { class: "badge", "data-badge": "late" }, text));
}

/** The pages that somebody may open. */
export const links = (me) =>
  PAGES.filter(([path, , right]) => (me.one_time ? path === "/account" : !right || me.rights.includes(right)));

/** Where somebody goes who has no business on the page of calls; "" for all the others. */
export const elsewhere = (me) => (me.one_time || !me.rights.includes("calls") ? links(me)[0][0] : "");

/** That nobody is on duty is red on every page; a supervisor is told also while looking at something else. */
function watchHall(me) {
  const line = el("p", { "data-alert": "nobody", role: "alert", hidden: true }, NOBODY);
  byId("bar").before(line);
  const title = document.title;
  let told = false;
  const look = async () => {
    let nobody = false;
    try {
      const answer = await fetch("/api/hall", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!answer.ok) return; // whatever is asked for next sends who is signed out to sign in
      ({ nobody } = await answer.json());
    } catch {
      return; // the page of calls says what is cut off
    }
    line.hidden = !nobody;
    document.title = nobody ? `⚠ 没有人在岗 · ${title}` : title;
    if (nobody && !told && me.rights.includes("supervise") && document.hidden && window.Notification?.permission === "granted") {
      new Notification("现在没有人在岗！", { body: NOBODY, tag: "nobody", requireInteraction: true, lang: "zh-CN" });
    }
    told = nobody;
  };
  look();
  setInterval(look, LOOK_MS);
}

export const NOBODY = "现在没有人在岗！顾客按了人工，没有人会来。";

/** A sentence at the top of the page, until the next one; empty takes it away. */
export function tell(text, kind = "warn") {
  const line = byId("told");
  line.textContent = text;
  line.dataset.kind = kind;
  line.hidden = !text;
}
