// The desk page: joins what the server says, what the agent does, and what the page shows and sounds.

import { Ack } from "./ack.js";
import { Actions } from "./actions.js";
import { Attention } from "./attention.js";
import { stayAwake } from "./awake.js";
import { CallBack } from "./callback.js";
import { after, everyTick } from "./clock.js";
import { byId, el, fill, mark, say } from "./dom.js";
import { Duty } from "./duty.js";
import { EmptyHall } from "./empty.js";
import { FreezeActions, showLoose, tickFreeze } from "./freeze.js";
import { afterFrame } from "./frame.js";
import { listen } from "./input.js";
import { listed } from "./keys.js";
import { Reach } from "./reach.js";
import { begin, onSignIn, showDesk, showSignIn, signOut, signedIn } from "./session.js";
import { Recent, notice, showAlarms, showChecks, showColleagues, showHeader, showKiosks } from "./side.js";
import { Socket } from "./socket.js";
import { Sound } from "./sound.js";
import { State, fittest } from "./state.js";
import { Video } from "./video.js";
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
const freezes = new FreezeActions(send);
const attention = new Attention();
const video = new Video({
  state, send, pending: (id) => actions.pending(id),
  walk: (kiosk) => actions.pending(kiosk.id) || actions.do("walk", kiosk),
});
const duty = new Duty({
  state, send, release: (kiosk) => actions.do("release", kiosk),
  comes: () => {
    attention.permit();
    unlock(true);
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
let linked = false;
let cut = false; // a connection was lost, or never came
let alarm = "";
let announced = new Set();

const view = new View(state, (kiosk) => ({
  phase: state.phase(kiosk), rings: state.rings(kiosk), duty: state.duty, linked,
  pending: actions.pending(kiosk.id), note: actions.note(kiosk.id), may: (right) => state.may(right), me: state.me, colleagues: fittest(state.others(), kiosk.call),
  freezeLine: state.freezeLine(kiosk), freezePending: freezes.pending(kiosk.call?.freeze?.request),
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
      if (now_ && state.phase(now_) === "mine" && (!before || state.phase(before) !== "mine")) view.reveal(m.kiosk);
      afterFrame(follow, reach.draw);
      // The card comes first: sound, title and lists follow when its frame is on the screen.
      if (now_ && state.rings(now_)) ack.present(now_, reach.draw);
      afterFrame(ring, reach.draw);
      afterFrame(() => past(before, now_), reach.draw);
      afterFrame(() => frozen(before, now_), reach.draw);
      afterFrame(kiosks, reach.draw);
      if (!state.open) afterFrame(alarms, reach.draw); // an urgent call has come, or is gone
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
      loose();
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
  alarm = showAlarms(state, { linked: !cut, deaf: reach.deaf, mute: !sound.alive });
};

const loose = () => {
  freezes.settle(state);
  showLoose(state, (request) => ({ linked, pending: freezes.pending(request), words: state.may("words") }));
};

/** Money that has to be stopped is told at once, whoever has the call. */
function frozen(before, now_) {
  loose();
  const freeze = now_?.call?.freeze;
  if (!freeze || freeze.state === "received" || before?.call?.freeze?.request === freeze.request) return;
  const words = `${titleOf(now_)} 的客户申请紧急冻结${state.may("words") ? "，请马上打电话给银行" : ""}。`;
  sound.once("chime");
  notice("warn", words);
  say(byId("live"), words);
}

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

/** What this page rings for: what was given to its agent, and what waits. */
const due = () => [...(state.duty ? state.given() : []), ...state.ringing()];

/** Ring for exactly the calls that ring, and say so to their kiosks. The cards are in the DOM already. */
function ring() {
  const ringing = state.ringing();
  const all = due();
  const drawable = reach.draw;
  for (const kiosk of ringing) ack.present(kiosk, drawable);
  mark(document.body, "ringing", all.length > 0);
  sound.ring(!all.length ? "" : all.some((k) => k.call.urgency === "urgent") ? "urgent" : "normal");
  attention.notify(all);
  showHeader(state, linked, ringing);
  const fresh = all.filter((kiosk) => !announced.has(keyOf(kiosk)));
  if (fresh.length) say(byId("live"), fresh.map((kiosk) => `${kiosk.call.given ? "" : "新呼叫："}${spoken(kiosk)}`).join("。"));
  if (fresh.length || all.length !== announced.size) entitle(all);
  announced = new Set(all.map(keyOf));
}

const keyOf = ({ call }) => `${call.id}/${call.given ? call.round : ""}`;

/** Everything that does not belong to one kiosk. */
function around() {
  loose();
  mark(document.body, "link", linked ? "up" : cut ? "lost" : "none");
  mark(document.body, "fresh", state.fresh);
  mark(document.body, "duty", state.duty);
  mark(document.body, "can", `${reach.draw ? "draw" : ""} ${sound.alive ? "sound" : ""}`.trim());
  ring();
  stayAwake(state.duty);
  kiosks();
  showColleagues(state);
  showChecks(linked && state.broker, sound.alive);
  alarms();
}

function tell(what, kiosk) {
  const title = titleOf(kiosk);
  const { call } = kiosk;
  if (what === "given") notice("warn", `${title} 的呼叫转给了你，${call.mode === "video" ? "请接通视频" : "请走过去"}。`);
  else if (what === "taken") {
    sound.once("chime");
    notice("warn", `${title} 的呼叫转给了 ${call.agent?.name || "同事"}，你不用再办${call.note ? `。留言：${call.note}` : ""}。`);
  } else if (what === "back-to") notice("info", `${title} 写着你回来了，请走过去。`);
  else if (what === "back") notice("warn", `${title} 又在呼叫：还没有人到场。`);
  else notice("info", `${title} 的呼叫由你接了。`);
}

function tick(now) {
  socket.check(now);
  sound.tick();
  reach.tick();
  actions.tick(now);
  view.tick(now);
  empty.tick(now, linked);
  for (const node of byId("freezes").querySelectorAll(".freeze")) tickFreeze(node, now);
  if (freezes.tick(now)) {
    notice("warn", "没有记录上，请再点一次“银行已收到”。");
    view.showAll();
    loose();
  }
  const ringing = due();
  mark(document.body, "beat", ringing.length > 0 && document.body.dataset.beat !== "true");
  entitle(ringing);
}

function entitle(ringing) {
  const standing = state.duty ? "在岗" : state.awayMs ? "小休" : state.may("answer") ? "未上岗" : "只看";
  const words = !state.me ? "人工呼叫台" : `${standing} · ${state.hallTitle}`;
  attention.title(alarm, ringing, words);
}

// --- from the agent -------------------------------------------------------------------------------

function act(name, card, element) {
  const kiosk = card && state.kiosks.get(card.node.dataset.kiosk);
  switch (name) {
    case "walk": case "video": case "arrived": case "release": case "opened":
      if (kiosk?.call && !actions.pending(kiosk.id)) {
        if (name === "video") video.claim(kiosk);
        actions.do(name, kiosk);
        if (name === "video") video.follow();
      }
      break;
    case "end": case "hand-over": case "assign":
      if (!kiosk) break;
      card.panel.toggle(name);
      view.show(kiosk);
      card.node.querySelector(name === "assign" ? ".panel input" : ".panel button")?.focus(); // a reason comes first
      break;
    case "outcome":
      if (kiosk?.call) actions.do("end", kiosk, { outcome: element.dataset.outcome, note: card.panel.text });
      break;
    case "to":
      if (kiosk?.call) give(kiosk, card.panel, element.dataset.to);
      break;
    case "call-back":
      callBack.ask();
      break;
    case "call-back-ask":
      callBack.ask(element.dataset.backKiosk, element);
      break;
    case "call-back-go":
      callBack.go(element.dataset);
      break;
    case "call-back-close":
      callBack.close();
      break;
    case "help":
      help();
      break;
    case "close": {
      const back = card.panel.kind;
      card.panel.toggle(back);
      if (kiosk) view.show(kiosk);
      card.node.querySelector(`[data-action="${back}"]`)?.focus();
      break;
    }
    case "freeze-received": {
      const { freezeKiosk, freezeCall, freezeRequest } = element.dataset;
      const receipt = element.closest(".freeze").querySelector("input").value.trim();
      const about = { kiosk: freezeKiosk, call: freezeCall, request: freezeRequest };
      if (!freezes.received(about, receipt)) notice("warn", "连接断开，没有发出去。");
      view.showAll();
      loose();
      break;
    }
    case "duty": case "break": case "off": case "leave-stay": case "leave-go":
      duty.act(name);
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
      if (state.duty && linked && !duty.set(false)) break;
      signOut().then(() => leave());
      break;
    default:
  }
}

/** The call goes to a colleague with a note, or to anybody for a supervisor's reason. */
function give(kiosk, panel, to) {
  if (panel.kind === "hand-over") actions.do("hand-over", kiosk, { to, note: panel.text });
  else if (panel.text) actions.do("assign", kiosk, { to, why: panel.text });
  else {
    notice("warn", "请先写原因，它会留在记录里。");
    panel.insist();
  }
}

function help() {
  fill(byId("help").querySelector("dl"), "keys", () => listed().flatMap(([key, text]) =>
    [el("dt", {}, ...key.split(" ").map((one) => el("kbd", {}, one))), el("dd", {}, text)]));
  byId("help").showModal();
}

function unlock(aloud = false) {
  return sound.unlock().then((alive) => {
    if (alive && aloud) sound.once("chime");
    else if (!alive && aloud) notice("warn", "声音打不开：请检查电脑的音箱和音量。");
    reach.update();
    around();
  });
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
