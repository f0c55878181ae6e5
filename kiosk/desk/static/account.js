// One's own account: password, signing out here and everywhere.

import { byId, el } from "./dom.js";
import { ask, begin, elsewhere, tell } from "./pages.js";
import { ROLE } from "./words.js";

const form = byId("password");
const me = await begin();

const row = (name, value) => [el("dt", {}, name), el("dd", {}, value)];
byId("about").append(...row("姓名", me.name), ...row("工号", me.id), ...row("角色", ROLE[me.role] ?? me.role), ...row("级别", `第 ${me.level} 级`));
form.elements.user.value = me.id;
byId("first").hidden = !me.one_time;
byId("everywhere").disabled = me.one_time;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { old, new: fresh, again } = form.elements;
  if (fresh.value !== again.value) {
    tell("两遍新密码不一样");
    again.select();
    return;
  }
  try {
    const said = await ask("/api/password", { method: "POST", body: { old: old.value, new: fresh.value } });
    form.reset();
    if (me.one_time) location.assign(elsewhere(said.me) || "/");
    else tell("密码改好了。别的电脑上的登录已经退出。", "done");
  } catch (error) {
    tell(error.message);
    old.select();
  }
});

const leave = (everywhere) => async () => {
  try {
    await ask("/api/sign-out", { method: "POST", body: { everywhere } });
    location.assign("/");
  } catch (error) {
    tell(error.message);
  }
};
byId("out").addEventListener("click", leave(false));
byId("everywhere").addEventListener("click", leave(true));
