// Who may sign in, and as what; and what was done to whom.

import { byId, el } from "./dom.js";
import { ask, begin, tell } from "./pages.js";
import { DEED, DOER, ROLE, ROLE_NOTE } from "./words.js";

const me = await begin();
const all = me.rights.includes("people");
let editing = ""; // the person whose row is a form
let sure = ""; // the person who is removed by the next click

const options = (choices, chosen) => choices.map(([value, text]) => el("option", { value, selected: value === chosen }, text));
const roles = (chosen) => options(Object.entries(ROLE), chosen);
const levels = (chosen) => options(["1", "2", "3"].map((level) => [level, `第 ${level} 级`]), chosen);
const when = (ms) => new Date(ms).toLocaleString("zh-CN", { hour12: false });
const path = (person, what = "") => `/api/people/${person.id}${what}`;

/** "王芳, agent, 1", as it is on record, for people. */
const said = ({ detail }) => detail.replace(/, (\w+), (\d)$/, (_all, role, level) => `，${ROLE[role] ?? role}，第 ${level} 级`);

/** Do something with the desk, say how it went, and show how it is now. */
async function change(done, work) {
  try {
    const said = await work();
    tell(done, "done");
    editing = sure = "";
    await show();
    return said;
  } catch (error) {
    tell(error.message);
    return null;
  }
}

function once(person, said) {
  if (!said?.password) return;
  byId("once-who").textContent = `${person.name}（${person.id}）`;
  byId("once-password").textContent = said.password;
  byId("once").hidden = false;
  byId("once").scrollIntoView({ block: "center" });
}

async function show() {
  const { people, here, deeds } = await ask("/api/people");
  byId("people").tBodies[0].replaceChildren(...people.map((person) =>
    el("tr", { "data-person": person.id }, ...(editing === person.id ? form(person) : line(person, here)))));
  const names = Object.fromEntries(people.map(({ id, name }) => [id, name]));
  byId("deeds").tBodies[0].replaceChildren(...deeds.map((deed) => el("tr", {},
    el("td", {}, when(deed.at_ms)), el("td", {}, DOER[deed.who] ?? names[deed.who] ?? deed.who),
    el("td", {}, DEED[deed.what] ?? deed.what), el("td", {}, names[deed.about] ?? deed.about), el("td", {}, said(deed)))));
}

function line(person, here) {
  const asked = sure === person.id; // what this button says: it may be pressed once more before it is drawn anew
  const now = person.away_ms ? "小休" : person.duty && here.includes(person.id) ? "在岗"
    : here.includes(person.id) ? "已登录" : person.one_time ? "还没有换密码" : "";
  return [
    el("td", {}, person.id), el("td", {}, person.name), el("td", {}, ROLE[person.role] ?? person.role),
    el("td", {}, `第 ${person.level} 级`), el("td", {}, person.skills.join("，")), el("td", {}, now),
    el("td", {}, el("div", { class: "tools" },
      press("改", () => {
        editing = person.id;
        show();
      }),
      all && press("一次性密码", async () => once(person, await change(`${person.name} 有了新的一次性密码，原来的登录都已退出。`,
        () => ask(path(person, "/password"), { method: "POST" })))),
      all && press(asked ? "确定移除" : "移除", (event) => {
        if (event.detail > 1) return; // a double click has seen no question
        if (!asked) {
          sure = person.id;
          return show();
        }
        return change(`${person.name} 已移除。`, () => ask(path(person), { method: "DELETE" }));
      }))),
  ];
}

function form(person) {
  const name = el("input", { value: person.name, maxlength: 60, "aria-label": "姓名", disabled: !all });
  const role = el("select", { "aria-label": "角色", disabled: !all }, ...roles(person.role));
  const level = el("select", { "aria-label": "级别", disabled: !all }, ...levels(String(person.level)));
  const skills = el("input", { value: person.skills.join(" "), maxlength: 160, "aria-label": "技能，用空格分开", placeholder: "手语 粤语 视频" });
  const same = () => name.value === person.name && role.value === person.role && Number(level.value) === person.level;
  const save = () => change(`${name.value} 改好了。`, async () => {
    if (skills.value !== person.skills.join(" ")) {
      await ask(path(person, "/skills"), { method: "POST", body: { skills: skills.value.split(/[\s,，、]+/).filter(Boolean) } });
    }
    if (!same()) await ask(path(person), { method: "POST", body: { name: name.value, role: role.value, level: Number(level.value) } });
  });
  return [
    el("td", {}, person.id), el("td", {}, name), el("td", {}, role), el("td", {}, level), el("td", {}, skills), el("td", {}),
    el("td", {}, el("div", { class: "tools" }, press("保存", save, "primary"), press("不改", () => {
      editing = "";
      show();
    }))),
  ];
}

function press(text, act, kind = "") {
  const node = el("button", { type: "button", class: kind || "small" }, text);
  node.addEventListener("click", act);
  return node;
}

const add = byId("add");
add.hidden = byId("deeds-box").hidden = !all;
add.elements.role.append(...roles("agent"));
add.elements.level.append(...levels("1"));
const explain = () => {
  byId("role-hint").textContent = ROLE_NOTE[add.elements.role.value] ?? "";
};
add.elements.role.addEventListener("change", explain);
explain();
add.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { user, name, role, level } = add.elements;
  const person = { id: user.value.trim(), name: name.value.trim() };
  const said = await change(`${person.name} 可以登录了。`, () => ask("/api/people", {
    method: "POST", body: { user: person.id, name: person.name, role: role.value, level: Number(level.value) },
  }));
  if (!said) return;
  once(person, said);
  user.value = name.value = "";
});
byId("once-done").addEventListener("click", () => {
  byId("once").hidden = true;
  byId("once-password").textContent = "";
});
await show().catch((error) => tell(error.message));
