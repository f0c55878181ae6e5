// Nobody on duty: every page shows it; at a supervisor's it rings until somebody is. A closed hall misses nobody
// before an urgent call waits.

const GRACE_MS = 5000; // a page that is loaded again is back by then
const AGAIN_MS = 20000;

export class EmptyHall {
  #since = 0;
  #rung = 0;

  constructor({ state, sound, attention }) {
    Object.assign(this, { state, sound, attention });
  }

  tick(now, linked) {
    if (!linked || !this.state.missed() || !this.state.may("supervise")) {
      this.#since = this.#rung = 0;
      return;
    }
    this.#since ||= now;
    if (now - this.#since < GRACE_MS || (this.#rung && now - this.#rung < AGAIN_MS)) return;
    if (!this.#rung) this.attention.tell("现在没有人在岗！");
    this.#rung = now;
    this.sound.once("urgent");
  }
}
