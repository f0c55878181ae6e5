// The page of complaints: list, search, and what the agent does with one of them.

import { button, byId, el } from "./dom.js";
import { ask, badge, begin, tell } from "./pages.js";
import { SHOW, at, dueText, late, leadText, STATE } from "./case-words.js";
import { actionsFor, openPanel, showCase, showNew, sourceText } from "./case-view.js";

const AGAIN_MS = 30000;
const LEADS = "leads";

let me = null;
let show = "open";
let told = null; // the open case, as the desk last told it
let busy = 0; // what has been asked of the desk and is not answered
let last = Promise.resolve();
let changing = false;

const search = byId("search");
const openId = () => Number(location.hash.slice(1)) || 0;
const panel = () => byId("panel")?.firstElementChild ?? null;

/** Ask the desk for something once what was asked before is answered; what goes wrong is said at the top. */
function attempt(work) {
  busy += 1;
  last = last.then(work).catch((error) => {
    tell(error.message);
    scrollTo({ top: 0 });
  }).finally(() => { busy -= 1; });
  return last;
}

/** Change something at the desk; pressed twice, it is done once. */
function change(work) {
  if (changing) return;
  changing = true;
  attempt(work).finally(() => { changing = false; });
}

// --- the list ---------------------------------------------------------------------------------------

async function list({ itself = false } = {}) {
  if (show === LEADS) return listLeads(itself);
  const number = search.elements.number.value.trim();
  const { cases, counts, kiosks, now_ms: now } = await ask(`/api/cases?${new URLSearchParams({ show, number })}`, { itself });
  filters(counts);
  const lines = cases.map((one) => el("li", {}, el("a", {
    class: "line", href: `#${one.id}`, "data-number": one.number, "data-late": String(late(one, now)),
    "aria-current": String(one.id === openId()),
  },
  el("strong", {}, one.number), el("span", { class: "due", "data-late": String(late(one, now)) }, dueText(one, now)),
  el("span", { class: "words" }, one.summary || "（没有写）"),
  el("span", { class: "of" }, [STATE[one.state], one.owner.name, sourceText(one, kiosks), at(one.opened_ms)].filter(Boolean).join(" · ")))));
  const none = number ? "没有这个号的投诉。请再问一遍号码。" : "没有。";
  byId("list").replaceChildren(...(lines.length ? lines : [el("li", { class: "none" }, none)]));
}

async function listLeads(itself) {
  const { leads, kiosks } = await ask("/api/cases/leads", { itself });
  filters();
  const lines = leads.map((lead) => el("li", { class: "line" },
    el("strong", {}, lead.number), el("span", { class: "due" }, leadText(lead)),
    el("span", { class: "of" }, `${sourceText(lead, kiosks)} · ${at(lead.ended_ms)}`),
    button("lead", "立为投诉", { "data-kiosk": lead.kiosk, "data-call": lead.call, "data-why": leadText(lead) })));
  byId("list").replaceChildren(...(lines.length ? lines : [el("li", { class: "none" }, "最近 7 天没有。")]));
}

let counted = null;

function filters(counts = counted) {
  counted = counts;
  const count = { open: counts?.open, mine: counts?.mine, overdue: counts?.overdue };
  const focused = document.activeElement?.dataset?.show;
  byId("filters").replaceChildren(...[...SHOW, [LEADS, "没办好的呼叫"]].map(([name, text]) => el("button", {
    type: "button", "data-action": "show", "data-show": name, "aria-pressed": String(name === show),
    "data-late": String(name === "overdue" && count.overdue > 0),
  }, text, count[name] ? el("b", {}, ` ${count[name]}`) : null)));
  if (focused) byId("filters").querySelector(`[data-show="${focused}"]`)?.focus();
  badge("/cases", count.overdue ? `${count.overdue} 件超时` : "");
}

// --- one case ---------------------------------------------------------------------------------------

function showOne(answer) {
  told = answer;
  byId("cases").dataset.open = "true";
  showCase(told, me);
}

async function open() {
  const id = openId();
  told = null;
  byId("cases").dataset.open = String(id > 0);
  if (!id) byId("case").replaceChildren();
  else showOne(await ask(`/api/cases/${id}`));
  mark();
}

/** Which line of the list is the open case. */
function mark() {
  for (const line of byId("list").querySelectorAll("a.line")) line.setAttribute("aria-current", String(Number(line.hash.slice(1)) === openId()));
}

/** A form keeps its words also where the case has gone on so that they can only be noted. */
function putBack(form) {
  const can = actionsFor(told.case, me).some(([name]) => name === form.dataset.panel);
  const submit = form.querySelector("[type=submit]");
  if (submit) submit.disabled = !can;
  form.querySelector("[data-action=as-note]")?.remove();
  if (!can && !form.elements.text) return; // nothing was written
  if (!can) form.querySelector(".do").prepend(button("as-note", "改记为备注"));
  byId("panel").replaceChildren(form);
}

/** Send what was done. When somebody was quicker, the case is shown as it is now and the words stay in the form. */
async function send(act, said) {
  try {
    const answer = await ask(`/api/cases/${told.case.id}`, { method: "POST", body: { ...act, version: told.case.version } });
    const form = panel();
    showOne(answer);
    if (form && form.dataset.panel !== act.do) putBack(form); // of something else that is being written
    tell(said, "done");
  } catch (error) {
    const form = panel();
    showOne(await ask(`/api/cases/${told.case.id}`));
    if (form) putBack(form);
    throw error;
  } finally {
    await list();
  }
}

async function make(path, body) {
  showOne(await ask(path, { method: "POST", body }));
  history.replaceState(null, "", `#${told.case.id}`);
  tell(`登记好了。请把投诉号 ${told.case.number} 告诉客户。`, "done");
  await list();
}

function act(name, node) {
  tell("");
  switch (name) {
    case "show":
      show = node.dataset.show;
      search.reset();
      return attempt(list);
    case "new":
      history.replaceState(null, "", "#");
      told = null;
      byId("cases").dataset.open = "true";
      mark();
      return showNew(me);
    case "back":
      location.hash = "";
      return attempt(open);
    case "cancel":
      if (!told) return act("back");
      return byId("panel").replaceChildren();
    case "as-note": {
      const { text } = panel().elements;
      openPanel("note", told, me);
      panel().elements.text.value = text.value;
      return undefined;
    }
    case "take":
      return change(() => send({ do: "assign", to: me.id }, "好了，这件投诉由你处理。"));
    case "lead":
      return change(() => make("/api/cases/leads", {
        kiosk: node.dataset.kiosk, call: node.dataset.call, summary: `呼叫：${node.dataset.why}`,
      }));
    default:
      return openPanel(name, told, me);
  }
}

const SAID = { assign: "已经交给同事。", note: "记下了。", reply: "答复记下了。客户满意的话，可以结案。", close: "结案了。", reopen: "重新处理，期限从现在算起。" };

addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form === search) {
    if (show === LEADS) show = "open";
    attempt(list);
    return;
  }
  const { panel: name } = form.dataset;
  const body = Object.fromEntries(new FormData(form));
  change(() => name === "new"
    ? make("/api/cases", { summary: body.text, contact: body.contact })
    : send({ do: name, ...body }, SAID[name]));
});

addEventListener("click", (event) => {
  const node = event.target.closest("[data-action]");
  if (node) act(node.dataset.action, node);
});

addEventListener("hashchange", () => {
  tell("");
  attempt(open);
});

addEventListener("keydown", (event) => {
  if (event.isComposing) return; // the keys are the input method's
  if (event.key === "Escape") {
    if (panel()) act("cancel");
    else if (told) act("back");
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.querySelector("[type=submit]:enabled")?.click();
  if (event.ctrlKey || event.metaKey || event.altKey || panel() || event.target.matches("input")) return;
  const key = event.key.toUpperCase();
  if (event.key === "/") search.elements.number.focus();
  else if (key === "N") act("new");
  else {
    const hit = told && actionsFor(told.case, me).find(([, , its]) => its === key);
    if (!hit) return;
    act(hit[0]);
  }
  event.preventDefault();
});

/** Others work on them too, and time goes on; nothing moves under somebody who is writing. */
async function again() {
  if (document.hidden || busy || panel()) return;
  try {
    const id = told?.case.id;
    await list({ itself: true });
    const answer = id ? await ask(`/api/cases/${id}`, { itself: true }) : null;
    if (answer && told?.case.id === id && !busy && !panel()) showOne(answer);
  } catch (error) {
    tell(error.message);
  }
}

await attempt(async () => {
  me = await begin();
  await list();
  await open();
});
setInterval(again, AGAIN_MS);
