// The agent's own camera and microphone: asked for when they are needed, and what is missing said in words.

const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const VIDEO = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 30 } };

const WHY = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing",
  NotReadableError: "busy", AbortError: "busy",
};

export class Camera {
  stream = new MediaStream();
  faults = { audio: "", video: "" }; // "": well or not asked for; else insecure, denied, missing, busy
  asking = false;
  soundOnly = false;
  #epoch = 0;

  /** @param {{changed: () => void}} on told whenever a track or a fault has come or gone */
  constructor({ changed }) {
    this.changed = changed;
  }

  get audio() {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get video() {
    return this.stream.getVideoTracks()[0] ?? null;
  }

  /** Ask for both; sound does not wait for the picture where the browser need not ask the agent. */
  async open() {
    if (this.asking) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.faults = { audio: "insecure", video: "insecure" };
      this.changed();
      return;
    }
    const epoch = ++this.#epoch;
    this.asking = true;
    this.changed();
    const wanted = ["audio", "video"].filter((kind) => !this[kind] && !(kind === "video" && this.soundOnly));
    const states = await Promise.all(wanted.map(permission));
    if (wanted.length === 2 && states.includes("prompt")) {
      if (!(await this.#take(wanted, epoch))) await this.#each(wanted, epoch); // one question for both; if no, each alone
    } else await this.#each(wanted, epoch);
    if (epoch !== this.#epoch) return;
    this.asking = false;
    this.changed();
  }

  close() {
    this.#epoch++;
    this.asking = this.soundOnly = false;
    this.faults = { audio: "", video: "" };
    for (const track of this.stream.getTracks()) this.#drop(track);
  }

  #each(kinds, epoch) {
    return Promise.all(kinds.map((kind) => this.#take([kind], epoch)));
  }

  async #take(kinds, epoch) {
    const constraints = { audio: kinds.includes("audio") && AUDIO, video: kinds.includes("video") && VIDEO };
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      if (epoch !== this.#epoch) {
        for (const track of stream.getTracks()) track.stop();
        return true;
      }
      for (const track of stream.getTracks()) {
        this.faults[track.kind] = "";
        this.stream.addTrack(track);
        track.onended = () => { // pulled out, or taken back in the browser's bar
          this.#drop(track);
          this.faults[track.kind] = "missing";
          this.changed();
        };
      }
      this.changed();
      return true;
    } catch (error) {
      if (epoch === this.#epoch) for (const kind of kinds) this.faults[kind] = WHY[error.name] ?? "busy";
      return false;
    }
  }

  #drop(track) {
    track.onended = null;
    track.stop();
    this.stream.removeTrack(track);
  }
}

/** granted, denied or prompt; "prompt" where the browser does not tell. */
export async function permission(kind) {
  try {
    const status = await navigator.permissions.query({ name: kind === "audio" ? "microphone" : "camera" });
    return status.state;
  } catch {
    return "prompt";
  }
}
