// What calls for attention outside the page: its title, its icon, notifications.

import { spoken } from "./words.js";

const icon = document.getElementById("icon");
const icons = {};

// Painted once: a blinking icon would otherwise be asked of the server twice a second, also when that is gone,
// and an SVG icon is a document of its own each time, laid out before whatever the page itself has to show.
for (const name of ["icon.svg", "icon-ring.svg", "icon-ring2.svg"]) {
  const image = new Image(64, 64);
  image.src = `/static/${name}`;
  image.decode().then(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
    canvas.getContext("2d").drawImage(image, 0, 0, 64, 64);
    icons[name] = canvas.toDataURL();
  }).catch(() => {});
}

export class Attention {
  #shown = new Map(); // kiosk -> {key, notification}
  #flip = false;

  /** Twice a second. `words` is what the title says while nothing is wrong. */
  title(alarm, ringing, words) {
    this.#flip = !this.#flip;
    let text = words;
    if (alarm) text = this.#flip ? `⚠ ${alarm}` : alarm;
    else if (ringing.length) {
      const urgent = ringing.some((kiosk) => kiosk.call.urgency === "urgent");
      const count = `【${ringing.length}】`;
      text = this.#flip ? `${count}${headOf(ringing[0])}${urgent ? " · 急" : ""}` : `${count}${spoken(ringing[0])}`;
    }
    if (document.title !== text) document.title = text;
    const name = ringing.length || alarm ? (this.#flip ? "icon-ring.svg" : "icon-ring2.svg") : "icon.svg";
    const href = icons[name] ?? `/static/${name}`;
    if (icon.getAttribute("href") === href) return;
    const type = name in icons ? "image/png" : "image/svg+xml";
    if (icon.type !== type) icon.type = type;
    icon.setAttribute("href", href);
  }

  /** Ask once; only from a click. */
  permit() {
    if ("Notification" in window && Notification.permission === "default") {
      Promise.resolve(Notification.requestPermission()).catch(() => {});
    }
  }

  /** Exactly the ringing calls have a notification, and only while the page is hidden. */
  notify(ringing) {
    const wanted = new Map(document.hidden ? ringing.map((kiosk) => [kiosk.id, kiosk]) : []);
    for (const [id, { key, notification }] of this.#shown) {
      if (wanted.has(id) && keyOf(wanted.get(id)) === key) continue;
      notification.close();
      this.#shown.delete(id);
    }
    for (const [id, kiosk] of wanted) {
      if (this.#shown.has(id)) continue;
      const urgent = kiosk.call.urgency === "urgent" ? " · 急" : "";
      const notification = show(`${headOf(kiosk)}${urgent}`, spoken(kiosk), kiosk.call.id);
      if (notification) this.#shown.set(id, { key: keyOf(kiosk), notification });
    }
  }

  /** Something else the agent has to know while elsewhere. */
  tell(text) {
    if (document.hidden) show("人工呼叫台", text, "desk");
  }
}

const headOf = (kiosk) => kiosk.call.given ? "有呼叫转给你" : "有人找人工";
const keyOf = (kiosk) => `${kiosk.call.id}/${kiosk.call.round}/${kiosk.call.urgency}`;

function show(title, body, tag) {
  if (!("Notification" in window) || Notification.permission !== "granted") return null;
  try {
    const notification = new Notification(title, {
      body, tag, requireInteraction: true, renotify: true, icon: "/static/icon-ring.svg", lang: "zh-CN",
    });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return notification;
  } catch {
    return null; // phones allow it only from a service worker
  }
}
