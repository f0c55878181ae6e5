// One call, from the press to the end, event by event.

import { byId, el, say } from "./dom.js";
import { ask, begin, tell } from "./pages.js";
import { faultName, partName } from "./words.js";

const PATH = /^\/call\/([^/]+)\/([^/]+)$/;
const NO_CLOCK = "终端的钟不准，这是记录收到的时间";

function show(told, kiosk) {
  say(byId("where"), `${told.title || kiosk} · ${told.day}`);
  const head = byId("head");
  head.hidden = !told.head.length;
  head.replaceChildren(el("dl", { class: "pairs" }, ...told.head.map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
  const moments = byId("moments");
  moments.hidden = false;
  moments.replaceChildren(el("table", {},
    el("thead", {}, el("tr", {}, ...["按下以后", "时间", "谁", "发生了什么"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...told.moments.map(row))));
  byId("around").replaceChildren(
    ...told.earlier.map((call) => link(kiosk, call, "← 前一个呼叫（没办好）")),
    ...told.later.map((call) => link(kiosk, call, "没办好，后一个呼叫 →")));
}

const row = (moment) => el("tr", { "data-kind": moment.kind },
  el("td", { class: "after" }, moment.after),
  el("td", { title: moment.clock_right ? null : NO_CLOCK }, moment.clock_right ? moment.clock : `${moment.clock}*`),
  el("td", {}, moment.who),
  el("td", { class: "event" }, faulty(moment), moment.words && el("span", { class: "words" }, `“${moment.words}”`)));

function faulty({ what, fault }) {
  if (!fault) return what;
  const [part, name] = fault.split(": ");
  return `${what}：${partName(part)}${name ? `，${faultName(part, name)}` : ""}`;
}

const link = (kiosk, call, text) =>
  el("a", { href: `/call/${encodeURIComponent(kiosk)}/${encodeURIComponent(call)}${location.search}` }, text);

async function start() {
  const [, kiosk, call] = PATH.exec(location.pathname) ?? [];
  await begin();
  const told = await ask(`/api/timeline/${kiosk}/${call}${location.search}`);
  show(told, decodeURIComponent(kiosk));
}

start().catch((error) => tell(error.message));
