// The keys of the page, in one place: what they do, and what is said of them.

import { byId, el, fill } from "./dom.js";

/** key: [action of the card, the phases it is meant for, what it does]; without phases it is of the whole page */
export const KEYS = {
  a: ["walk", ["waiting", "mine"], "我过去（视频中也可以）"], // of mine: one that is by video
  v: ["video", ["waiting"], "视频接听"],
  o: ["opened", ["mine"], "看到了（转给你的呼叫，铃停）"],
  d: ["arrived", ["mine"], "已到现场"],
  e: ["end", ["mine"], "结束，再按数字选结果"],
  t: ["hand-over", ["mine"], "转给同事，再按数字选人"],
  r: ["release", ["mine"], "放回"],
  m: ["assign", ["other", "waiting"], "主管介入、指派（只有主管）"],
  c: ["call-back", null, "回访：回去找刚走的顾客"],
};

const MORE = [
  ["1–9", "选第几个"], ["↑ ↓", "选上一张、下一张卡片"], ["Tab 回车", "走到任何按钮，按下"], ["Esc", "收起"], ["?", "这张表"],
];

const LISTED = [...Object.entries(KEYS).map(([key, [, , text]]) => [key.toUpperCase(), text]), ...MORE];

/** Every key and what it does. */
export function showKeys() {
  fill(byId("help").querySelector("dl"), "keys", () => LISTED.flatMap(([key, text]) =>
    [el("dt", {}, ...key.split(" ").map((one) => el("kbd", {}, one))), el("dd", {}, text)]));
  byId("help").showModal();
}
