// One connection to a terminal after the other, until one stands: offered, answered, watched, and offered again.

import { after, cancel } from "./clock.js";

const ANSWER_MS = { near: 2500, far: 8000 }; // both sides look for their addresses meanwhile; "far": with STUN or TURN
const CONNECT_MS = 5000;
const SHAKY_MS = 2000;
const AGAIN_MS = 700;
const GATHER_MS = { near: 300, far: 1500 }; // to find its own addresses
const CODECS = { audio: ["audio/opus"], video: ["video/VP8", "video/rtx"] };

export class Peer {
  session = "";
  state = "off"; // off, connecting, connected, lost
  #connection = null;
  #senders = {};
  #timer = 0;
  #was = false; // it stood once
  #sessions = new Set(); // all that were offered here

  /** @param {{offer: (session: string, sdp: string) => boolean, tracks: () => object, ice: () => object[],
   *   remote: (stream: MediaStream | null) => void, changed: () => void}} with_ */
  constructor(with_) {
    Object.assign(this, with_);
  }

  get on() {
    return this.state !== "off";
  }

  get connection() {
    return this.#connection;
  }

  /** Offer a new connection, in place of any there is. */
  async start() {
    this.#clear();
    const session = (this.session = crypto.randomUUID());
    this.#sessions.add(session);
    this.#set(this.#was ? "lost" : "connecting");
    const iceServers = this.ice();
    const way = iceServers.length ? "far" : "near";
    const connection = (this.#connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" }));
    const current = () => connection === this.#connection;
    const remote = new MediaStream();
    connection.ontrack = ({ track }) => {
      remote.addTrack(track);
      if (current()) this.remote(remote);
    };
    connection.onconnectionstatechange = () => current() && this.#follow(connection.connectionState);
    for (const kind of ["audio", "video"]) {
      const transceiver = connection.addTransceiver(kind, { direction: "sendrecv" });
      const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs.filter(({ mimeType }) => CODECS[kind].includes(mimeType));
      if (codecs?.length) transceiver.setCodecPreferences(codecs);
      this.#senders[kind] = transceiver.sender;
    }
    this.update();
    this.#again(ANSWER_MS[way]);
    try {
      await connection.setLocalDescription();
      await gathered(connection, GATHER_MS[way]);
    } catch (error) {
      console.warn("no offer can be made", error);
      return; // tried again
    }
    if (current()) this.offer(session, connection.localDescription.sdp);
  }

  /** Whether a session was ever offered here. */
  knows(session) {
    return this.#sessions.has(session);
  }

  async answer(session, sdp) {
    const connection = this.#connection;
    if (!connection || session !== this.session || connection.signalingState !== "have-local-offer") return;
    this.#again(CONNECT_MS);
    try {
      await connection.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      console.warn("the terminal's answer cannot be used", error);
      this.#again(AGAIN_MS);
    }
  }

  /** Send what the camera has now; nothing has to be agreed on for that. */
  update() {
    const tracks = this.tracks();
    for (const [kind, sender] of Object.entries(this.#senders)) {
      if (sender.track !== tracks[kind]) sender.replaceTrack(tracks[kind]).catch(() => {});
    }
  }

  stop() {
    this.#clear();
    this.#was = false;
    this.session = "";
    this.#set("off");
  }

  #follow(state) {
    if (state === "connected") {
      cancel(this.#timer);
      this.#was = true;
      this.#set("connected");
    } else if (state === "disconnected") this.#again(SHAKY_MS);
    else if (state === "failed" || state === "closed") this.#again(AGAIN_MS);
    if (state !== "connected" && this.#was) this.#set("lost");
  }

  #again(ms) {
    cancel(this.#timer);
    this.#timer = after(ms, () => this.on && this.start());
  }

  #clear() {
    cancel(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    this.#senders = {};
    connection?.close();
    this.remote(null);
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.changed();
  }
}

function gathered(connection, ms) {
  if (connection.iceGatheringState === "complete") return null;
  return new Promise((done) => {
    connection.addEventListener("icegatheringstatechange", () => connection.iceGatheringState === "complete" && done());
    after(ms, done);
  });
}
