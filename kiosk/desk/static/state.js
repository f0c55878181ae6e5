// What the page knows. No DOM and no clock of its own: the time is passed in.

const RANK = { urgent: 0, elderly: 1, normal: 2 };
const JITTER_MS = 2000;

/** A call with its defaults filled in and its ages turned into this page's own time. */
function readCall(raw, now, before) {
  if (!raw) return null;
  const call = {
    cause: "button", case: "", title: "", place: "", urgency: "normal", level: 1, round: 0, presses: 1,
    service: "", said: [], freeze: null, rung_by: [], seen_by: [], agent: null, mode: null, passed: [], note: "", given: false, outcome: null, closed: false, video: false,
    ...raw,
    openedAt: now - (raw.age_ms ?? 0),
    sinceAt: now - (raw.state_age_ms ?? 0),
  };
  // The way here takes a varying time; a call must not change its place in the queue for that.
  if (call.freeze) call.freeze = { ...call.freeze, askedAt: now - (call.freeze.age_ms ?? 0) };
  if (before?.id === call.id && Math.abs(before.openedAt - call.openedAt) < JITTER_MS) call.openedAt = before.openedAt;
  return call;
}

export class State {
  constructor() {
    this.clear();
  }

  clear() {
    Object.assign(this, {
      me: null, desk: "", hall: "", hallTitle: "", duty: false, awayMs: null, away: [], broker: true, ledger: null,
      promisedMs: 15000, ice: [], kiosks: new Map(), colleagues: [], freezes: [], troubles: [], cases: null, open: true,
      fresh: false, linked: false, // linked: what is shown is so now
    });
  }

  /** Take a snapshot; returns [before, after] of every kiosk that was or is known. */
  snapshot(message, now) {
    const old = this.kiosks;
    Object.assign(this, {
      me: message.me, desk: message.desk ?? "", hall: message.hall ?? "",
      hallTitle: message.hall_title || message.hall || "", duty: Boolean(message.duty),
      broker: message.broker !== false, ledger: message.ledger ?? null,
      promisedMs: (message.promised_s ?? 15) * 1000, colleagues: message.colleagues ?? [],
      open: message.open !== false, awayMs: message.away_ms ?? null, away: message.away ?? [],
      ice: message.ice ?? [], troubles: message.troubles ?? [], cases: message.cases ?? null,
      kiosks: new Map(), fresh: true, linked: true,
    });
    this.readFreezes(message.freezes, now);
    for (const raw of message.kiosks ?? []) {
      const kiosk = this.#read(raw, now, old.get(raw.kiosk));
      if (kiosk) this.kiosks.set(kiosk.id, kiosk);
    }
    const ids = new Set([...old.keys(), ...this.kiosks.keys()]);
    return [...ids].map((id) => [old.get(id) ?? null, this.kiosks.get(id) ?? null]);
  }

  /** Take a change of one kiosk; returns [before, after]. */
  change(raw, now) {
    const before = this.kiosks.get(raw.kiosk) ?? null;
    const after = this.#read(raw, now, before);
    if (after) this.kiosks.set(after.id, after);
    else this.kiosks.delete(raw.kiosk);
    return [before, after];
  }

  /** The requests to freeze that the bank has not confirmed, as the desk that keeps the record knows them. */
  readFreezes(lines, now) {
    this.freezes = (lines ?? []).map((line) => ({ ...line, askedAt: now - (line.age_ms ?? 0) }));
  }

  /** The desk's line about the request that a call shows. */
  freezeLine(kiosk) {
    const request = kiosk.call?.freeze?.request;
    return request ? this.freezes.find((line) => line.kiosk === kiosk.id && line.request === request) ?? null : null;
  }

  /** Requests whose call has no card any more: the customer may have gone, the money has not been stopped. */
  looseFreezes() {
    const shown = (line) => {
      const kiosk = this.kiosks.get(line.kiosk);
      return kiosk?.call?.freeze?.request === line.request && !["none", "ended"].includes(this.phase(kiosk));
    };
    return this.freezes.filter((line) => !shown(line));
  }

  #read(raw, now, before) {
    const call = readCall(raw.call, now, before?.call);
    const open = call && call.state !== "ended";
    if (raw.gone && !open) return null; // taken out of the hall; an open call keeps it on the page
    return {
      id: raw.kiosk, offline: Boolean(raw.offline || raw.gone), call,
      ringLevel: raw.ring_level ?? 1, health: raw.health ?? null, healthAt: now,
      receivedMs: raw.received_ms ?? 0, // by the desk's clock; only for measuring
    };
  }

  /** Where a kiosk's call stands for the agent of this page. */
  phase(kiosk) {
    const call = kiosk?.call;
    if (!call) return "none";
    if (call.state === "ended") return "ended";
    if (call.state === "calling" || call.state === "rung") return "waiting";
    return call.agent?.id === this.me?.id ? "mine" : "other";
  }

  /** Whether the person of this page has a right; the desk checks it again. */
  may(right) {
    return this.me?.rights?.includes(right) ?? false;
  }

  rings(kiosk) {
    return this.duty && this.phase(kiosk) === "waiting" && (this.me?.level ?? 9) <= kiosk.ringLevel;
  }

  /** Kiosks in one phase, in the order of the queue. */
  listed(phase) {
    return [...this.kiosks.values()].filter((kiosk) => this.phase(kiosk) === phase).sort(inQueue);
  }

  ringing() {
    return this.listed("waiting").filter((kiosk) => this.rings(kiosk));
  }

  /** Calls that somebody has given to the agent of this page, who has not opened them yet. */
  given() {
    return this.listed("mine").filter(({ call }) => call.given);
  }

  /** Why nobody can be called back there now; empty: it can be done. */
  whyNoCallBack(kiosk) {
    if (!this.duty) return "上岗后才能回访";
    if (!kiosk || condition(kiosk) === "offline") return "终端断线，请直接走过去";
    return ["none", "ended"].includes(this.phase(kiosk)) ? "" : "正在呼叫，请直接接听";
  }

  /** Colleagues on duty, each person once, without the agent of this page. */
  others() {
    const seen = new Map();
    for (const agent of this.colleagues) if (agent.id !== this.me?.id && !seen.has(agent.id)) seen.set(agent.id, agent);
    return [...seen.values()];
  }

  /** Whether this page has something to ring for. */
  watches() {
    return this.duty || this.may("supervise");
  }

  nobody() {
    return this.fresh && !this.duty && this.colleagues.length === 0;
  }

  /** Nobody is on duty and somebody has to be: the hall is open, or an urgent call waits. As in roster.py. */
  missed() {
    return this.nobody() && (this.open || this.listed("waiting").some(({ call }) => call.urgency === "urgent"));
  }
}

/** Colleagues for a hand-over: first who can do what this call is about, by a skill of its name. */
export function fittest(colleagues, call) {
  const about = [call?.service, call?.mode === "video" ? "视频" : "", ...(call?.said ?? [])].filter(Boolean).join(" ");
  const fits = ({ skills = [] }) => skills.some((skill) => about.includes(skill));
  return [...colleagues].sort((a, b) => fits(b) - fits(a));
}

export function inQueue(a, b) {
  const rank = (kiosk) => RANK[kiosk.call.urgency] ?? RANK.normal;
  return rank(a) - rank(b) || a.call.openedAt - b.call.openedAt || (a.id < b.id ? -1 : 1);
}

/** ok, fault, untested (all works, as far as one can tell without a test call), offline or unknown. */
export function condition(kiosk) {
  if (kiosk.offline || kiosk.health?.online === false) return "offline";
  const wrong = faults(kiosk).map(([part]) => part);
  if (wrong.length) return wrong.every((part) => part === "self-test") ? "untested" : "fault";
  return kiosk.health ? "ok" : "unknown";
}

/** What is wrong with a kiosk itself; that nobody is on duty is said once, for the whole hall. */
export const faults = (kiosk) => Object.entries(kiosk.health?.parts ?? {})
  .filter(([, part]) => !part.ok && part.fault !== "nobody-on-duty");
