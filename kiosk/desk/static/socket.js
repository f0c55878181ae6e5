// The one WebSocket: reconnects by itself, never queues. A message that cannot go out now is refused.

import { after, cancel } from "./clock.js";

const FIRST_MS = 200;
const LONGEST_MS = 2000;
const OPENING_MS = 5000;
const SILENCE_MS = 12000;

export class Socket {
  #socket = null;
  #timer = 0;
  #delay = FIRST_MS;
  #wanted = false;
  #heard = 0;

  /**
   * @param {{message: (m: object) => void, lost: () => void, refused: () => Promise<void>}} on
   *   `refused` is told when a connection brought no message at all; it finds out whether the session is over.
   */
  constructor(on) {
    this.on = on;
  }

  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#delay = FIRST_MS;
    this.#open();
  }

  stop() {
    this.#wanted = false;
    cancel(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Do not wait for the back-off: the network has come back, or somebody is looking. */
  hurry() {
    if (!this.#wanted || this.#socket) return;
    cancel(this.#timer);
    this.#delay = FIRST_MS;
    this.#open();
  }

  /** The server sends `tick` every 4 s: one that is silent is gone, even if TCP has not noticed. */
  check(now) {
    if (this.open && now - this.#heard > SILENCE_MS) this.#drop(this.#socket, true);
  }

  #open() {
    const scheme = location.protocol === "http:" ? "ws:" : "wss:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    let opened = false;
    let greeted = false; // a server that closes before its first message has refused us
    this.#socket = socket;
    const guard = after(OPENING_MS, () => opened || this.#drop(socket, false));
    socket.onopen = () => {
      opened = true;
      cancel(guard);
      this.#heard = performance.now();
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return;
      }
      greeted = true;
      this.on.message(message);
      this.#heard = performance.now();
      this.#delay = FIRST_MS;
    };
    socket.onclose = () => {
      cancel(guard);
      this.#drop(socket, greeted);
    };
  }

  #drop(socket, greeted) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.onclose = null;
    socket.close();
    if (!this.#wanted) return;
    this.on.lost();
    this.#timer = after(this.#delay, () => this.#wanted && !this.#socket && this.#open());
    this.#delay = Math.min(LONGEST_MS, this.#delay * 1.7);
    if (!greeted) this.on.refused();
  }
}
