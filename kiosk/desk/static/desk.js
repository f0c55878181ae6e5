// The desk page: joins what the server says, what the agent does, and what the page shows and sounds.

import { Actions } from "./actions.js";
import { Attention } from "./attention.js";
import { stayAwake } from "./awake.js";
import { CallBack } from "./callback.js";
import { after, everyTick } from "./clock.js";
import { byId, mark, say } from "./dom.js";
import { Duty } from "./duty.js";
import { EmptyHall } from "./empty.js";
import { afterFrame } from "./frame.js";
import { Freezes } from "./freezes.js";
import { Handling } from "./handling.js";
import { listen } from "./input.js";
import { showKeys } from "./keys.js";
import { Reach } from "./reach.js";
import { Ringing } from "./ringing.js";
import { begin, onSignIn, showDesk, showSignIn, signOut, signedIn } from "./session.js";
import { Recent, notice, showAlarms, showChecks, showColleagues, showHeader, showKiosks, showLast } from "./side.js";
import { Socket } from "./socket.js";
import { Sound } from "./sound.js";
import { State, fittest } from "./state.js";
import { Video } from "./video.js";
import { View } from "./view.js";

const CUT_CHIME_MS = 5000;

const state = new State();
const socket = new Socket({ message, lost, refused });
const send = (m) => socket.send(m);
const sound = new Sound(() => reach.update());
const reach = new Reach({ send, sound, changed: () => around() });
const actions = new Actions({ state, send, sound, redraw: (id) => view.show(state.kiosks.get(id) ?? null, id) });
const freezes = new Freezes({ state, send, sound, redraw: () => view.showAll() });
const attention = new Attention();
const ringing = new Ringing({ state, send, sound, reach, attention });
const video = new Video({
  state, send, pending: (id) => actions.pending(id),
  walk: (kiosk) => actions.pending(kiosk.id) || actions.do("walk", kiosk),
});
const duty = new Duty({
  state, send, release: (kiosk) => actions.do("release", kiosk),
  comes: () => {
    attention.permit();
    reach.unlock(true);
  },
  changed: () => {
    reach.reset();
    reach.update();
    view.showAll();
    around();
  },
});
const empty = new EmptyHall({ state, sound, attention });
const recent = new Recent();
const callBack = new CallBack({ state, recent, send, notice });
let cut = false; // a connection was lost, or never came

const view = new View(state, (kiosk) => ({
  phase: state.phase(kiosk), rings: state.rings(kiosk), duty: state.duty, linked: state.linked,
  pending: actions.pending(kiosk.id), note: actions.note(kiosk.id), may: (right) => state.may(right), me: state.me, colleagues: fittest(state.others(), kiosk.call),
  freezeLine: state.freezeLine(kiosk), freezePending: freezes.pending(kiosk.call?.freeze?.request),
  freezeDraft: freezes.draft(kiosk.call?.freeze?.request),
}), (request) => freezes.goOn(request));
const handling = new Handling({ state, actions, video, view });

// --- from the server ------------------------------------------------------------------------------

function message(m) {
  const now = performance.now();
  switch (m.type) {
    case "kiosk": {
      if (!state.fresh) return;
      const [before, now_] = state.change(m, now);
      actions.settle(m.kiosk, before, now_);
      view.show(now_, m.kiosk);
      if (now_ && state.phase(now_) === "mine" && (!before || state.phase(before) !== "mine")) view.reveal(m.kiosk);
      afterFrame(follow, reach.draw);
      // The card comes first: sound, title and lists follow when its frame is on the screen.
      if (now_ && state.rings(now_)) ringing.present(now_);
      afterFrame(ring, reach.draw);
      afterFrame(() => past(before, now_), reach.draw);
      afterFrame(() => freezes.follow(before, now_), reach.draw);
      afterFrame(kiosks, reach.draw);
      if (!state.open) afterFrame(alarms, reach.draw); // an urgent call has come, or is gone
      break;
    }
    case "snapshot":
      cut = false;
      ringing.reset();
      reach.reset();
      for (const [before, now_] of state.snapshot(m, now)) {
        actions.settle((now_ ?? before).id, before, now_);
        past(before, now_);
      }
      recent.link(state.may("words") || state.may("report"));
      view.showAll();
      video.follow();
      ring();
      if (state.watches()) sound.unlock();
      reach.update();
      around();
      break;
    case "colleagues":
      state.colleagues = m.agents ?? [];
      state.away = m.away ?? [];
      if ("ledger" in m) state.ledger = m.ledger;
      view.showAll();
      around();
      break;
    case "freezes":
      state.readFreezes(m.open, now);
      view.showAll();
      freezes.show();
      break;
    case "cases":
      state.cases = m;
      around();
      break;
    case "troubles":
      state.troubles = m.lines ?? [];
      around();
      break;
    case "broker":
      state.broker = Boolean(m.online);
      around();
      break;
    case "hours":
      state.open = Boolean(m.open);
      around();
      break;
    case "signal":
      video.signal(m);
      break;
    case "notice":
      notice(m.level, m.text);
      if (!m.kiosk) break;
      actions.refused(m.kiosk);
      callBack.refused(m.kiosk);
      break;
    default: // newer servers may say more
  }
}

const kiosks = () => {
  showKiosks(state);
  callBack.draw();
};
const follow = () => video.follow();
const alarms = () => {
  ringing.alarm = showAlarms(state, { linked: !cut, deaf: reach.deaf, mute: !sound.alive });
};

function lost() {
  if (cut) return;
  state.linked = false;
  cut = true;
  actions.drop();
  view.showAll();
  around();
  after(CUT_CHIME_MS, () => {
    if (state.linked || !state.duty) return;
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

function ring() {
  ringing.update();
  showHeader(state);
}

/** Everything that does not belong to one kiosk. */
function around() {
  freezes.show();
  mark(document.body, "link", state.linked ? "up" : cut ? "lost" : "none");
  mark(document.body, "fresh", state.fresh);
  mark(document.body, "duty", state.duty);
  mark(document.body, "can", `${reach.draw ? "draw" : ""} ${sound.alive ? "sound" : ""}`.trim());
  ring();
  stayAwake(state.duty);
  kiosks();
  showColleagues(state);
  showChecks(state.linked && state.broker, sound.alive);
  alarms();
}

const LAST_MS = 10000;
let lastShown = 0;

function tick(now) {
  socket.check(now);
  sound.tick();
  reach.tick();
  actions.tick(now);
  view.tick(now);
  empty.tick(now, state.linked);
  if (now - lastShown >= LAST_MS) {
    lastShown = now;
    showLast(state, now);
  }
  freezes.tick(now);
  ringing.tick();
}

// --- from the agent -------------------------------------------------------------------------------

function act(name, card, element) {
  switch (name) {
    case "call-back": case "call-back-ask": case "call-back-go": case "call-back-close":
      callBack.act(name, element);
      break;
    case "freeze-received":
      freezes.received(element);
      break;
    case "help":
      showKeys();
      break;
    case "duty": case "break": case "off": case "leave-stay": case "leave-go":
      duty.act(name);
      break;
    case "unlock":
      reach.unlock(true);
      break;
    case "test-ring":
      reach.unlock().then(() => sound.once("normal"));
      break;
    case "jump":
      byId("waiting").scrollIntoView({ block: "start" });
      break;
    case "dismiss":
      element.closest("p").remove();
      break;
    case "sign-out":
      if (state.duty && state.linked && !duty.set(false)) break;
      signOut().then(() => leave());
      break;
    default: // of a call's card
      handling.act(name, card, element);
  }
}

// --- from the start to the end --------------------------------------------------------------------

function enter() {
  showDesk();
  socket.start();
}

function leave(text = "") {
  socket.stop();
  cut = false;
  state.clear();
  actions.clear();
  freezes.clear();
  recent.clear();
  video.follow();
  view.showAll();
  around();
  byId("leave").hidden = true;
  showSignIn(text);
}

onSignIn(() => sound.unlock(), enter);
listen({ view, act, touched: () => sound.alive || !state.watches() || sound.unlock() });
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
