// Signing in and out.

import { after } from "./clock.js";
import { byId, say } from "./dom.js";
import { elsewhere } from "./pages.js";

const AGAIN_MS = 1000;
const PATIENCE_MS = 8000;

const post = (path, body) => fetch(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}),
  signal: AbortSignal.timeout(PATIENCE_MS), cache: "no-store",
});

/** Who is signed in: the person, false, or null when the server cannot be reached. */
export async function signedIn() {
  try {
    const answer = await fetch("/api/me", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) return (await answer.json()).me;
    return answer.status === 401 ? false : null;
  } catch {
    return null;
  }
}

export async function signOut() {
  try {
    await post("/api/sign-out");
  } catch {
    // the page forgets everything anyway, and the session ends by itself
  }
}

/** Go on with this page, or to the one where this person works. */
function goOn(me, here) {
  const path = elsewhere(me);
  if (path) location.assign(path);
  else here();
}

/** Wire the form. `pressed` runs inside the click, `done` once the session is good. */
export function onSignIn(pressed, done) {
  const form = byId("sign-in-form");
  const error = byId("sign-in-error");
  const submit = form.querySelector("button");
  let busy = false;

  const block = (seconds) => {
    submit.disabled = seconds > 0;
    say(submit, seconds > 0 ? `请等 ${seconds} 秒` : "登录");
    if (seconds > 0) after(1000, () => block(seconds - 1));
    else busy = false;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    pressed();
    say(error, "");
    say(submit, "正在登录……");
    submit.disabled = true;
    let wait = 0;
    try {
      const { user, password } = form.elements;
      const answer = await post("/api/sign-in", { user: user.value.trim(), password: password.value });
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) {
        password.value = "";
        goOn(body.me, done);
      } else {
        say(error, body.error || `登录没有成功（${answer.status}）`);
        if (answer.status === 429) wait = Math.ceil(body.retry_s ?? 5);
        else if (answer.status === 401) password.select();
      }
    } catch {
      say(error, "连不上服务器，请稍后再试。");
    }
    block(wait);
  });
}

export function showSignIn(text = "") {
  document.body.dataset.view = "sign-in";
  byId("desk").hidden = true;
  byId("sign-in").hidden = false;
  say(byId("sign-in-error"), text);
  byId("sign-in-form").elements.user.focus();
}

export function showDesk() {
  document.body.dataset.view = "desk";
  byId("sign-in").hidden = true;
  byId("desk").hidden = false;
}

/** Find out at the start, trying until the server answers. */
export async function begin(yes, no, trouble) {
  const good = await signedIn();
  if (good === null) {
    trouble();
    after(AGAIN_MS, () => begin(yes, no, trouble));
  } else if (good) goOn(good, yes);
  else no();
}
