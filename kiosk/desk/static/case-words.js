// What the page of complaints says about codes and times.

export const STATE = { new: "没人处理", working: "处理中", answered: "已答复", closed: "已结案", reopened: "重新处理" };
export const HOW = { phone: "打电话", "in-person": "当面", written: "短信或书信" };
export const SHOW = [["open", "没结案"], ["mine", "我的"], ["overdue", "超时"], ["all", "全部"]];
const WHY = { unresolved: "没办好", abandoned: "没等到人就走了" };
const MINUTE = 60000;

/** What was done, as a sentence without its object. */
export function doneText({ what, by, text, how }) {
  const who = by?.name || "";
  switch (what) {
    case "complained": return "客户在终端上投诉";
    case "opened": return `${who} 登记`;
    case "assigned": return who === text ? `${who} 来处理` : `${who} 交给 ${text}`;
    case "note": return `${who} 备注`;
    case "replied": return `${who} 答复了客户，${HOW[how] ?? ""}`;
    case "closed": return `${who} 结案`;
    case "reopened": return `${who} 重新处理`;
    default: return `${who} ${what}`;
  }
}

export const leadText = ({ why, score }) => why.map((one) => one === "rated" ? `评了 ${score} 分` : WHY[one] ?? one).join("，");

/** A point in time, short. */
export function at(ms) {
  const time = new Date(ms);
  const two = (n) => String(n).padStart(2, "0");
  const year = time.getFullYear() === new Date().getFullYear() ? "" : `${time.getFullYear()}年`;
  return `${year}${time.getMonth() + 1}月${time.getDate()}日 ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function span(ms) {
  const minutes = Math.floor(ms / MINUTE);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days) return hours && days < 3 ? `${days} 天 ${hours} 小时` : `${days} 天`;
  return hours ? `${hours} 小时` : `${Math.max(1, minutes)} 分钟`;
}

export const late = (one, now) => one.state !== "closed" && now > one.deadline_ms;

/** How long there is still, or how late it is. */
export function dueText(one, now) {
  if (one.state === "closed") return one.closed_in_time ? "按时结案" : "超时结案";
  const what = one.state === "answered" ? "结案" : "答复";
  const left = one.deadline_ms - now;
  return left < 0 ? `${what}超时 ${span(-left)}` : `${span(left)}内${what}`;
}
