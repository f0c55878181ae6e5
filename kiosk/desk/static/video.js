// Face to face with the customer of the call that this page has by video.

import { Camera, permission } from "./camera.js";
import { button, byId, el, fill, mark, say, show } from "./dom.js";
import { Peer } from "./peer.js";
import { partName, titleOf } from "./words.js";

const OWNED = "video"; // in the session's store: the call whose video this very tab has, also after a reload
const MAX_TEXT = 60;

const HELP = {
  insecure: "这个页面不是用 https:// 打开的，浏览器不允许用摄像头和麦克风。请用 https:// 的地址重新打开。",
  denied: "浏览器没有允许。请点地址栏左边的图标，把“摄像头”和“麦克风”改成“允许”，再点“再试一次”。",
  missing: "没有找到。请插好，再点“再试一次”。",
  busy: "打不开，可能别的程序正在用。请关掉那个程序，再点“再试一次”。",
};
const DEVICE = { audio: "麦克风", video: "摄像头" };

export class Video {
  #kiosk = null; // the call by video that is mine, if any
  #key = "";
  #ready = null; // what the terminal's peer has said
  #muted = { audio: false, video: false };
  #remote = null;
  #blocked = false; // the browser plays no sound before a click

  /** @param {{state: object, send: (m: object) => boolean, walk: (kiosk: object) => void,
   *   pending: (id: string) => string}} with_ */
  constructor({ state, send, walk, pending }) {
    Object.assign(this, { state, send, walk, pending });
    // A tab that was opened from another one has a copy of its store, and must not take its video away.
    if (performance.getEntriesByType("navigation")[0]?.type !== "reload") sessionStorage.removeItem(OWNED);
    this.camera = new Camera({ changed: () => this.#changed() });
    this.peer = new Peer({
      offer: (session, sdp) => this.#say({ do: "offer", session, sdp }),
      tracks: () => ({ audio: this.camera.audio, video: this.camera.video }),
      ice: () => this.#ready?.ice ?? this.state.ice,
      remote: (stream) => this.#show(stream),
      changed: () => this.draw(),
    });
    this.#build();
    addEventListener("pagehide", () => this.peer.session && this.#say({ do: "bye", session: this.peer.session }));
    navigator.mediaDevices?.addEventListener("devicechange", () => {
      if (this.active && (!this.camera.audio || !this.camera.video)) this.camera.open();
    });
    this.#invite();
  }

  get active() {
    return Boolean(this.#key) && sessionStorage.getItem(OWNED) === this.#key;
  }

  /** The agent of this page answers by video: whatever the browser has to ask, it asks now. */
  claim(kiosk) {
    sessionStorage.setItem(OWNED, keyOf(kiosk.call));
    this.camera.open();
  }

  /** The calls have changed: begin, go on, or end. */
  follow() {
    const mine = this.state.listed("mine").filter(({ call }) => call.mode === "video");
    const owned = sessionStorage.getItem(OWNED);
    const kiosk = mine.find(({ call }) => keyOf(call) === owned) ?? mine[0] ?? null;
    const key = kiosk ? keyOf(kiosk.call) : "";
    if (key !== this.#key) {
      this.peer.stop();
      this.#ready = null;
      this.#muted = { audio: false, video: false };
      this.#key = key;
      this.parts.text.value = "";
    }
    this.#kiosk = kiosk;
    if (this.active && !this.peer.on) this.#begin();
    else if (!kiosk && !this.#waitsForAccept()) this.camera.close();
    this.draw();
  }

  /** What the terminal says about the call. */
  signal({ kiosk, signal, ice }) {
    if (!this.active || kiosk !== this.#kiosk.id || `${signal.call}/${signal.round ?? 0}` !== this.#key) return;
    if (signal.do === "ready") {
      const anew = this.#ready && this.#ready.peer !== signal.peer;
      this.#ready = { peer: signal.peer, faults: signal.faults ?? {}, services: signal.services ?? [], ice };
      if (anew) this.peer.start(); // it was started again, and knows nothing of our connection
      this.draw();
    } else if (signal.do === "answer") {
      if (this.peer.knows(signal.session)) this.peer.answer(signal.session, signal.sdp);
      else this.#yield();
    }
  }

  /** Another window of this agent has the video now. */
  #yield() {
    sessionStorage.removeItem(OWNED);
    this.peer.stop();
    this.camera.close();
    this.draw();
  }

  #begin() {
    this.camera.open();
    this.peer.start();
  }

  /** The accept has been sent, and the terminal has not shown yet whose call it is. */
  #waitsForAccept() {
    return this.state.listed("waiting").some(({ id }) => this.pending(id) === "video");
  }

  #say(message) {
    const call = this.#kiosk?.call;
    return Boolean(call) && this.send({ ...message, kiosk: this.#kiosk.id, call: call.id, round: call.round });
  }

  #changed() {
    for (const [kind, off] of Object.entries(this.#muted)) {
      if (this.camera[kind]) this.camera[kind].enabled = !off;
    }
    this.peer.update();
    this.draw();
  }

  // --- what is seen ---------------------------------------------------------------------------------

  #build() {
    const root = (this.root = byId("video"));
    const video = (name, muted) => el("video", { class: name, autoplay: true, playsinline: true, muted });
    const parts = (this.parts = {
      remote: video("remote", false), own: video("own", true),
      light: el("p", { class: "light" }), hitch: el("div", { class: "hitch", role: "alert" }),
      tools: el("div", { class: "tools" }),
      volume: el("input", { type: "range", min: 0, max: 1, step: 0.05, value: 1, "aria-label": "音量" }),
      services: el("select", { "aria-label": "显示一个答案" }),
      text: el("input", { maxlength: MAX_TEXT, placeholder: "写给顾客看的话", "aria-label": "写给顾客看的话", autocomplete: "off" }),
    });
    parts.own.muted = true;
    parts.volume.oninput = () => (parts.remote.volume = Number(parts.volume.value));
    parts.services.onchange = () => {
      if (parts.services.value) this.#say({ do: "card", service: parts.services.value });
    };
    this.show = el("form", { class: "show" }, el("span", { class: "label" }, "给顾客看"), parts.text,
      el("button", { type: "submit" }, "大字显示"), parts.services, button("video-card-off", "收起"));
    this.show.onsubmit = (event) => {
      event.preventDefault();
      const text = parts.text.value.trim();
      if (text) this.#say({ do: "card", text });
    };
    const volume = el("label", { class: "volume" }, "音量", parts.volume);
    root.append(el("div", { class: "stage" }, parts.remote, parts.own, parts.light), parts.hitch,
      el("div", { class: "row" }, parts.tools, volume), this.show);
    root.addEventListener("click", (event) => this.#click(event.target.closest("[data-action]")?.dataset.action));
  }

  #click(action) {
    switch (action) {
      case "video-mute": case "video-blind": {
        const kind = action === "video-mute" ? "audio" : "video";
        this.#muted[kind] = !this.#muted[kind];
        this.#changed();
        break;
      }
      case "video-again":
        this.camera.open();
        break;
      case "video-sound":
        this.camera.soundOnly = true;
        this.camera.faults.video = "";
        this.camera.open();
        this.draw();
        break;
      case "video-here":
        this.claim(this.#kiosk);
        this.follow();
        break;
      case "video-play":
        this.#play();
        break;
      case "video-walk":
        this.walk(this.#kiosk);
        break;
      case "video-card-off":
        this.parts.services.value = "";
        this.#say({ do: "card" });
        break;
      default:
    }
  }

  #show(stream) {
    this.#remote = stream;
    this.parts.remote.srcObject = stream;
    if (stream) this.#play();
  }

  #play() {
    this.parts.remote.play().then(() => this.#blocks(false), ({ name }) => this.#blocks(name === "NotAllowedError"));
  }

  #blocks(blocked) {
    this.#blocked = blocked;
    this.draw();
  }

  draw() {
    const { root, parts, camera, peer } = this;
    show(root, Boolean(this.#kiosk));
    if (!this.#kiosk) return;
    const live = peer.state === "connected";
    mark(root, "state", this.active ? peer.state : "elsewhere");
    mark(root, "blind", !camera.video);
    if (parts.own.srcObject !== camera.stream) parts.own.srcObject = camera.stream;
    say(parts.light, live ? "正在视频" : "");
    show(this.show, live);
    const hitches = this.#hitches();
    fill(parts.hitch, JSON.stringify(hitches), () => hitches.map(({ title, text, actions = [] }) =>
      el("div", {}, el("strong", {}, title), el("p", {}, text),
        actions.length && el("div", { class: "choices" }, ...actions.map(([action, name]) => button(action, name))))));
    const tools = [
      camera.audio && ["video-mute", this.#muted.audio ? "恢复声音" : "静音", this.#muted.audio],
      camera.video && ["video-blind", this.#muted.video ? "打开画面" : "关掉画面", this.#muted.video],
    ].filter(Boolean);
    fill(parts.tools, JSON.stringify([this.active, tools]), () => this.active
      ? tools.map(([action, name, on]) => button(action, name, { "aria-pressed": String(on) })) : []);
    const services = this.#ready?.services ?? [];
    fill(parts.services, JSON.stringify(services), () =>
      [el("option", { value: "" }, "显示一个答案……"), ...services.map(({ id, title }) => el("option", { value: id }, title))]);
    show(parts.services, services.length > 0);
  }

  /** What is wrong or has to be waited for, in the order of what matters, each with what can be done. */
  #hitches() {
    const { camera, peer } = this;
    const walk = ["video-walk", "我过去"];
    if (!this.active) {
      return [{ title: "视频还没有在这个窗口接通", text: "别的窗口可能正在视频。", actions: [["video-here", "在这里接通视频"], walk] }];
    }
    const found = [];
    if (camera.asking && (!camera.audio || !camera.video)) {
      found.push({ title: "浏览器要你允许摄像头和麦克风", text: "请在浏览器弹出的小窗里点“允许”。", actions: [walk] });
    }
    for (const kind of ["audio", "video"]) {
      const fault = camera.faults[kind];
      if (!fault) continue;
      const actions = [["video-again", "再试一次"], walk];
      if (kind === "video" && camera.faults.audio !== "insecure") actions.splice(1, 0, ["video-sound", "只用声音"]);
      found.push({ title: `${DEVICE[kind]}用不了`, text: HELP[fault], actions });
      if (fault === camera.faults.video && kind === "audio") {
        found.at(-1).title = "摄像头和麦克风都用不了";
        break;
      }
    }
    if (peer.state === "lost") {
      found.unshift({ title: "视频断了，正在重新接通……", text: `接不上，就走过去：${titleOf(this.#kiosk)}。`, actions: [walk] });
    } else if (peer.state === "connecting" && !found.length) {
      found.push({ title: "正在接通……", text: "接不上，就走过去。", actions: [walk] });
    }
    if (this.#blocked) found.push({ title: "浏览器还没有放出声音", text: "", actions: [["video-play", "点这里打开声音"]] });
    const faults = Object.keys(this.#ready?.faults ?? {});
    if (faults.length) {
      found.push({ title: `终端的${faults.map(partName).join("、")}用不了`, text: faults.includes("camera") && faults.length === 1
        ? "看不到顾客，说话没问题。" : "顾客可能听不到你，或你听不到顾客。", actions: [walk] });
    }
    return found;
  }

  /** On the idle page: whether the browser would have to ask at the first call. */
  async #invite() {
    const place = byId("video-check");
    const states = await Promise.all(["audio", "video"].map(permission));
    const denied = states.includes("denied");
    const ready = Boolean(navigator.mediaDevices) && !states.includes("prompt") && !denied;
    const text = !navigator.mediaDevices ? HELP.insecure : denied ? `视频用不了：${HELP.denied}` : "";
    fill(place, text + ready, () => ready ? [] : text ? [el("p", {}, text)] : [button("video-allow", "允许摄像头和麦克风，视频接听时不用再等")]);
    place.onclick = async (event) => {
      if (!event.target.closest("button")) return;
      await this.camera.open();
      if (!this.active) this.camera.close();
      this.#invite();
    };
  }
}

const keyOf = (call) => `${call.id}/${call.round}`;
