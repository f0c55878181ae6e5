// The ring: looping AudioBuffers, so that it goes on whatever happens to the page's timers.

const PATTERNS = {
  // [low Hz, high Hz, changes per second, seconds of tone and of pause in turn]
  normal: [760, 950, 20, [0.45, 0.2, 0.45, 0.9]],
  urgent: [1050, 1480, 14, [0.5, 0.08, 0.5, 0.08, 0.5, 0.24]],
  chime: [660, 880, 5, [0.4, 0.05]],
};
const PROBE_S = 0.06;
const PROBE_LIMIT_MS = 1500;

function draw(context, [low, high, rate, spans]) {
  const total = spans.reduce((sum, span) => sum + span, 0);
  const buffer = context.createBuffer(1, Math.ceil(total * context.sampleRate), context.sampleRate);
  const data = buffer.getChannelData(0);
  const fade = 0.006;
  let start = 0;
  spans.forEach((span, part) => {
    if (part % 2 === 0) {
      const first = Math.floor(start * context.sampleRate);
      const count = Math.floor(span * context.sampleRate);
      let angle = 0;
      for (let i = 0; i < count; i++) {
        const t = i / context.sampleRate;
        angle += (2 * Math.PI * (Math.floor(t * rate) % 2 ? high : low)) / context.sampleRate;
        const edge = Math.min(1, t / fade, (span - t) / fade);
        // A few harmonics: cheap loudspeakers and old ears lose a pure tone.
        data[first + i] = edge * (0.62 * Math.sin(angle) + 0.22 * Math.sin(2 * angle) + 0.14 * Math.sin(3 * angle));
      }
    }
    start += span;
  });
  return buffer;
}

export class Sound {
  #context = null;
  #buffers = null;
  #source = null;
  #playing = "";
  #wish = "";
  #last = -1;
  #stuck = 0;
  alive = false; // running, and its clock has been seen to advance

  constructor(changed) {
    this.changed = changed;
  }

  /** Call from a click or key press: browsers give sound only then. */
  unlock() {
    if (!this.#context) {
      const Context = window.AudioContext ?? window.webkitAudioContext;
      if (!Context) return Promise.resolve(false);
      this.#context = new Context({ latencyHint: "interactive" });
      this.#buffers = Object.fromEntries(Object.entries(PATTERNS).map(([name, p]) => [name, draw(this.#context, p)]));
      this.#context.onstatechange = () => this.probe();
    }
    if (this.#context.state !== "running") this.#context.resume().catch(() => {});
    return this.probe();
  }

  /** Ring with this pattern until told otherwise; "" is silence. */
  ring(pattern) {
    this.#wish = pattern;
    if (pattern === this.#playing || !this.#context) return;
    this.#source?.stop();
    this.#source = null;
    this.#playing = "";
    if (!pattern) return;
    this.#source = this.#play(this.#buffers[pattern], true);
    this.#playing = pattern;
  }

  get ringing() {
    return this.alive && this.#playing !== "";
  }

  /** One cycle, to be heard once; not over a ring. */
  once(pattern) {
    if (this.#context && !this.#playing) this.#play(this.#buffers[pattern], false);
  }

  /** Resolves to whether sound really comes out: a short silent source has to run to its end. */
  probe() {
    const context = this.#context;
    if (context?.state !== "running") {
      this.#settle(false);
      return Promise.resolve(false);
    }
    if (this.#wish !== this.#playing) this.ring(this.#wish);
    return new Promise((resolve) => {
      const from = context.currentTime;
      let over = false;
      const done = (ended) => {
        if (over) return;
        over = true;
        const ok = ended && context.state === "running" && context.currentTime > from;
        this.#settle(ok);
        resolve(ok);
      };
      const source = context.createBufferSource();
      source.buffer = context.createBuffer(1, Math.ceil(PROBE_S * context.sampleRate), context.sampleRate);
      source.onended = () => done(true);
      source.connect(context.destination);
      source.start();
      setTimeout(() => done(context.currentTime > from), PROBE_LIMIT_MS);
    });
  }

  /** Each tick: a clock that stands still is a dead sound card. */
  tick() {
    const context = this.#context;
    if (context?.state !== "running") {
      this.#settle(false);
      return;
    }
    this.#stuck = context.currentTime === this.#last ? this.#stuck + 1 : 0;
    this.#last = context.currentTime;
    if (this.#stuck >= 3) this.#settle(false);
    else if (!this.alive && this.#stuck === 0) this.probe();
  }

  #play(buffer, loop) {
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.loop = loop;
    source.connect(this.#context.destination);
    source.start();
    return source;
  }

  #settle(alive) {
    if (alive === this.alive) return;
    this.alive = alive;
    this.changed();
  }
}
