// What the terminals could not answer, in groups; one click makes samples of the chosen sentences.

import { byId, el, show } from "./dom.js";
import { ask, begin, tell } from "./pages.js";

const when = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
const unchosen = new Set(); // sentences that somebody has taken out of their group
const whyNot = new Map(); // sentence -> why it was not taught
let shown = { pack: "" };

const titleOf = (id) => shown.services.find((service) => service.id === id)?.title ?? id;
const kioskOf = (id) => shown.kiosks[id] ?? id;

async function load(pack = shown.pack) {
  shown = await ask(`/api/unanswered?pack=${encodeURIComponent(pack)}`);
  const { packs, groups, more, settled } = shown;
  const choice = byId("packs").querySelector("select");
  choice.replaceChildren(...packs.map((name) => el("option", { value: name, selected: name === shown.pack }, name)));
  show(byId("packs"), packs.length > 1);
  byId("how").textContent = how();
  byId("groups").replaceChildren(...groups.map(box));
  byId("more").textContent = more ? `还有 ${more} 组，处理了上面的再显示。` : "";
  show(byId("more"), more > 0);
  byId("settled").querySelector("tbody").replaceChildren(...settled.map(row));
  show(byId("settled"), settled.length > 0);
  const patch = byId("patch");
  patch.href = `/api/unanswered/${shown.pack}/patch`;
  patch.textContent = `下载补丁 ${shown.pack}.taught.toml`;
}

function how() {
  if (!shown.ledger) return "这台呼叫台不留记录，没答上的话在留记录的那一台上看。";
  if (!shown.groups.length) return "没有要处理的。终端答不上的话会出现在这里，号码已经遮住。";
  if (shown.missing) return shown.missing;
  const by = shown.trained
    ? "百分数是终端现在的把握。"
    : "这台呼叫台没有学过这份内容，百分数是和已有的话有多像，只供参考。";
  return `说得最多的排在最前，号码已经遮住。不该一起教的，先去掉勾，再点它属于哪一项。${by}`;
}

function box(group) {
  const texts = () => group.said.map((one) => one.text).filter((text) => !unchosen.has(text));
  const act = async (work) => {
    if (!texts().length) return tell("先勾上要处理的话");
    try {
      await work(texts());
    } catch (error) {
      tell(error.message);
    }
  };
  const hidden = group.sentences - group.said.length;
  return el("li", { class: "panel-box" },
    el("header", {},
      el("b", {}, `说了 ${group.count} 次`),
      el("span", {}, group.kiosks.map(kioskOf).join("、")),
      el("span", {}, `最近 ${when.format(group.last_ms)}`)),
    el("div", { class: "said" }, ...group.said.map(line),
      hidden ? el("small", {}, `还有 ${hidden} 句像的，处理了这些再显示。`) : null),
    el("div", { class: "teach" },
      ...group.nearest.map((near) => pressed(
        el("button", { type: "button", class: "near", "data-service": near.service },
          el("span", {}, `教给“${titleOf(near.service)}”`),
          el("small", {}, `${shown.trained ? "把握" : "像"} ${Math.round(near.score * 100)}%`)),
        () => act((chosen) => teach(chosen, near.service)))),
      shown.services.length ? anyService(act) : null,
      pressed(el("button", { type: "button", class: "quiet", "data-action": "ignore" }, "聊天，不用管"), () => act(ignore))));
}

function anyService(act) {
  const select = el("select", { "aria-label": "别的一项" },
    el("option", { value: "" }, "别的一项……"),
    ...shown.services.map((service) =>
      el("option", { value: service.id }, service.urgent ? `${service.title}（会马上叫人）` : service.title)));
  const button = el("button", { type: "button", "data-action": "teach" }, "教给它");
  return el("div", { class: "any" }, select, pressed(button, () =>
    select.value ? act((chosen) => teach(chosen, select.value)) : tell("先选教给哪一项")));
}

function line(one) {
  const tick = el("input", { type: "checkbox", checked: !unchosen.has(one.text) });
  tick.addEventListener("change", () => (tick.checked ? unchosen.delete(one.text) : unchosen.add(one.text)));
  const why = whyNot.get(one.text);
  return el("label", {}, tick, el("b", {}, one.text), el("span", { class: "times" }, `${one.count} 次`),
    el("small", {}, did(one)), why ? el("small", { class: "refusal" }, `没有教：${why}`) : null);
}

function did(one) {
  return [
    one.refused.length && `给了“${one.refused.map(titleOf).join("”“")}”，顾客说不是`,
    one.asked_again && `请顾客再说一遍 ${one.asked_again} 次`,
    one.handed_over && `叫了人 ${one.handed_over} 次`,
  ].filter(Boolean).join("；");
}

function row(one) {
  const taught = one.state === "taught";
  return el("tr", {},
    el("td", {}, one.text),
    el("td", {}, taught ? `教给“${titleOf(one.service)}”` : "不用管"),
    el("td", { class: "number" }, String(one.count)),
    el("td", {}, `${one.person} ${when.format(one.changed_ms)}`),
    el("td", {}, pressed(el("button", { type: "button", class: "quiet", "data-action": "undo" }, "撤回"), () =>
      undo(one.text).catch((error) => tell(error.message)))));
}

/** A button that works once at a time. */
function pressed(button, work) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await work();
    button.disabled = false;
  });
  return button;
}

const send = (what, body) => ask(`/api/unanswered/${what}`, { method: "POST", body: { pack: shown.pack, ...body } });

async function teach(texts, service) {
  const { taught, refused, warned } = await send("teach", { texts, service });
  for (const text of texts) whyNot.delete(text);
  for (const one of refused) whyNot.set(one.text, one.why);
  const title = titleOf(service);
  await load();
  const minded = warned.map((one) => `“${one.text}”${one.why}`);
  const said = [
    taught.length ? `${taught.length} 句教给了“${title}”。` : "",
    refused.length ? `${refused.length} 句没有教，原因写在那句下面。` : "",
    minded.length ? `请留意：${minded.join("；")}。不合适就在最下面撤回。` : "",
  ];
  tell(said.join(""), refused.length ? "warn" : "done");
}

async function ignore(texts) {
  await send("ignore", { texts });
  await load();
  tell(`${texts.length} 句以后不再显示，最下面可以撤回。`, "done");
}

async function undo(text) {
  await send("undo", { texts: [text] });
  await load();
  tell(`“${text}”撤回了，又在上面了。`, "done");
}

byId("packs").querySelector("select").addEventListener("change", (event) =>
  load(event.target.value).catch((error) => tell(error.message)));
begin().then(() => load()).catch((error) => tell(error.message));
