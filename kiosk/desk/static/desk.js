// The desk page: joins what the server says, what the agent does, and what the page shows and sounds.

import { Ack } from "./ack.js";
import { Actions } from "./actions.js";
import { Attention } from "./attention.js";
import { stayAwake } from "./awake.js";
import { after, everyTick } from "./clock.js";
import { byId, mark, say } from "./dom.js";
import { afterFrame } from "./frame.js";
import { listen } from "./input.js";
import { Reach } from "./reach.js";
import { begin, onSignIn, showDesk, showSignIn, signOut, signedIn } from "./session.js";
import { Recent, notice, showAlarms, showChecks, showColleagues, showHeader, showKiosks } from "./side.js";
import { Socket } from "./socket.js";
import { Sound } from "./sound.js";
import { State } from "./state.js";
import { View } from "./view.js";
import { spoken, titleOf } from "./words.js";

const CUT_CHIME_MS = 5000;

const state = new State();
const socket = new Socket({ message, lost, refused });
const send = (m) => socket.send(m);
const sound = new Sound(() => reach.update());
const reach = new Reach({ send, sound, changed: () => around() });
const ack = new Ack({ send, sound, still: ({ kiosk, call, round }) => {
  const now = state.kiosks.get(kiosk);
  return now?.call?.id === call && now.call.round === round && state.rings(now);
} });
const actions = new Actions({ state, send, redraw: (id) => view.show(state.kiosks.get(id) ?? null, id), tell });
const attention = new Attention();
const recent = new Recent();
let linked = false;
let cut = false; // a connection was lost, or never came
let alarm = "";
let announced = new Set();

const view = new View(state, (kiosk) => ({
  phase: state.phase(kiosk), rings: state.rings(kiosk), duty: state.duty, linked,
  pending: actions.pending(kiosk.id), note: actions.note(kiosk.id), colleagues: state.others(),
}));

// --- from the server ------------------------------------------------------------------------------

function message(m) {
  const now = performance.now();
  switch (m.type) {
    case "kiosk": {
      if (!state.fresh) return;
      const [before, now_] = state.change(m, now);
      actions.settle(m.kiosk, before, now_);
      view.show(now_, m.kiosk);
      // The card comes first: sound, title and lists follow when its frame is on the screen.
      if (now_ && state.rings(now_)) ack.present(now_, reach.draw);
      afterFrame(ring, reach.draw);
      afterFrame(() => past(before, now_), reach.draw);
      afterFrame(kiosks, reach.draw);
      break;
    }
    case "snapshot":
      linked = true;
      cut = false;
      ack.reset();
      reach.reset();
      for (const [before, now_] of state.snapshot(m, now)) {
        actions.settle((now_ ?? before).id, before, now_);
        past(before, now_);
      }
      view.showAll();
      ring();
      if (state.duty) sound.unlock();
      reach.update();
      around();
      break;
    case "colleagues":
      state.colleagues = m.agents ?? [];
      if ("ledger" in m) state.ledger = m.ledger;
      view.showAll();
      around();
      break;
    case "broker":
      state.broker = Boolean(m.online);
      around();
      break;
    case "notice":
      notice(m.level, m.text);
      break;
    default: // newer servers may say more
  }
}

const kiosks = () => showKiosks(state);

function lost() {
  if (cut) return;
  linked = false;
  cut = true;
  actions.drop();
  view.showAll();
  around();
  after(CUT_CHIME_MS, () => {
    if (linked || !state.duty) return;
    sound.once("chime");
    attention.tell("与呼叫系统断开，正在重连……");
  });
}

async function refused() {
  if ((await signedIn()) === false) leave("登录已过期，请重新登录。");
}

/** A call that was open and is not any more goes to the list of recent ones. */
function past(before, now_) {
  const old = before?.call;
  const call = now_?.call;
  if (call?.state === "ended") recent.add(now_, call);
  else if (old && old.state !== "ended" && old.id !== call?.id) recent.add(before, old);
}

// --- to the agent ---------------------------------------------------------------------------------

/** Ring for exactly the calls that ring, and say so to their kiosks. The cards are in the DOM already. */
function ring() {
  const ringing = state.ringing();
  const drawable = reach.draw;
  for (const kiosk of ringing) ack.present(kiosk, drawable);
  mark(document.body, "ringing", ringing.length > 0);
  sound.ring(!ringing.length ? "" : ringing.some((k) => k.call.urgency === "urgent") ? "urgent" : "normal");
  attention.notify(ringing);
  showHeader(state, linked, ringing);
  const fresh = ringing.filter((kiosk) => !announced.has(kiosk.call.id));
  if (fresh.length) say(byId("live"), fresh.map((kiosk) => `新呼叫：${spoken(kiosk)}`).join("。"));
  if (fresh.length || ringing.length !== announced.size) entitle(ringing);
  announced = new Set(ringing.map((kiosk) => kiosk.call.id));
}

/** Everything that does not belong to one kiosk. */
function around() {
  mark(document.body, "link", linked ? "up" : cut ? "lost" : "none");
  mark(document.body, "fresh", state.fresh);
  mark(document.body, "duty", state.duty);
  mark(document.body, "can", `${reach.draw ? "draw" : ""} ${sound.alive ? "sound" : ""}`.trim());
  ring();
  stayAwake(state.duty);
  showKiosks(state);
  showColleagues(state);
  showChecks(linked && state.broker, sound.alive);
  alarm = showAlarms(state, { linked: !cut, deaf: reach.deaf, mute: !sound.alive });
}

function tell(what, kiosk) {
  const title = titleOf(kiosk);
  if (what === "given") {
    sound.once("chime");
    notice("warn", `${title} 的呼叫转给了你，请走过去。`);
    attention.tell(`${title} 的呼叫转给了你`);
  } else if (what === "back") notice("warn", `${title} 又在呼叫：还没有人到场。`);
  else notice("info", `${title} 的呼叫由你接了。`);
}

function tick(now) {
  socket.check(now);
  sound.tick();
  reach.tick();
  actions.tick(now);
  view.tick(now);
  const ringing = state.ringing();
  mark(document.body, "beat", ringing.length > 0 && document.body.dataset.beat !== "true");
  entitle(ringing);
}

function entitle(ringing) {
  const words = !state.me ? "人工呼叫台" : `${state.duty ? "在岗" : "未上岗"} · ${state.hallTitle}`;
  attention.title(alarm, ringing, words);
}

// --- from the agent -------------------------------------------------------------------------------

function act(name, card, element) {
  const kiosk = card && state.kiosks.get(card.node.dataset.kiosk);
  switch (name) {
    case "walk": case "video": case "arrived": case "release":
      if (kiosk?.call && !actions.pending(kiosk.id)) actions.do(name, kiosk);
      break;
    case "end": case "hand-over":
      if (!kiosk) break;
      card.toggle(name);
      view.show(kiosk);
      card.node.querySelector(".panel button")?.focus();
      break;
    case "outcome":
      if (kiosk?.call) actions.do("end", kiosk, { outcome: element.dataset.outcome, note: card.notes });
      break;
    case "to":
      if (kiosk?.call) actions.do("hand-over", kiosk, { to: element.dataset.to });
      break;
    case "close": {
      const back = card.panel;
      card.panel = "";
      if (kiosk) view.show(kiosk);
      card.node.querySelector(`[data-action="${back}"]`)?.focus();
      break;
    }
    case "duty":
      setDuty(!state.duty);
      break;
    case "leave-stay": case "leave-go":
      byId("leave").hidden = true;
      if (name === "leave-go") {
        for (const mine of state.listed("mine")) actions.do("release", mine);
        setDuty(false, true);
      }
      break;
    case "unlock":
      unlock(true);
      break;
    case "test-ring":
      unlock().then(() => sound.once("normal"));
      break;
    case "jump":
      byId("waiting").scrollIntoView({ block: "start" });
      break;
    case "dismiss":
      element.closest("p").remove();
      break;
    case "sign-out":
      if (state.duty && linked && !setDuty(false)) break;
      signOut().then(() => leave());
      break;
    default:
  }
}

function unlock(aloud = false) {
  return sound.unlock().then((alive) => {
    if (alive && aloud) sound.once("chime");
    else if (!alive && aloud) notice("warn", "声音打不开：请检查电脑的音箱和音量。");
    reach.update();
    around();
  });
}

/** Returns false if the agent has to settle something first. */
function setDuty(on, sure = false) {
  const mine = state.listed("mine");
  if (!on && !sure && mine.length) {
    byId("leave").hidden = false;
    say(byId("leave").firstElementChild, `你还有 ${mine.length} 个呼叫没有结束。下岗会把它们放回，重新呼叫别人。`);
    byId("leave").querySelector("button").focus();
    return false;
  }
  if (on) {
    attention.permit();
    unlock(true);
  }
  if (!send({ do: "duty", on })) return false;
  state.duty = on;
  reach.reset();
  reach.update();
  view.showAll();
  around();
  return true;
}

// --- from the start to the end --------------------------------------------------------------------

function enter() {
  showDesk();
  socket.start();
}

function leave(text = "") {
  socket.stop();
  linked = cut = false;
  state.clear();
  actions.clear();
  recent.clear();
  view.showAll();
  around();
  byId("leave").hidden = true;
  showSignIn(text);
}

onSignIn(() => sound.unlock(), enter);
listen({ view, act, touched: () => sound.alive || !state.duty || sound.unlock() });
everyTick(tick);
document.addEventListener("visibilitychange", () => {
  socket.hurry();
  around();
});
window.addEventListener("online", () => socket.hurry());
begin(enter, () => showSignIn(), () => {
  say(byId("sign-in-error"), "连不上服务器，正在重试……");
  byId("sign-in").hidden = false;
});
