// Every word the page says about codes that come over the wire.

export const CAUSE = {
  button: "按了人工按钮",
  touch: "点了屏幕",
  voice: "说了“人工”",
  again: "没办好，再次呼叫",
};

export const URGENCY = { urgent: "急", elderly: "优先" };

export const OUTCOME = {
  resolved: "已办好",
  unresolved: "没办好",
  referred: "转到其他窗口",
  mistaken: "误按",
  absent: "现场没有人",
  customer: "顾客自己结束",
  staff: "在终端上结束",
};

/** The outcomes an agent may choose, in the order of the number keys. */
export const CHOICES = ["resolved", "unresolved", "referred", "mistaken", "absent"];

const PARTS = {
  button: "按钮",
  board: "按钮板",
  lamp: "按钮灯",
  buzzer: "蜂鸣器",
  serial: "串口",
  broker: "消息服务",
  link: "呼叫服务",
  journal: "日志",
  disk: "磁盘",
  screen: "屏幕",
  touch: "触摸屏",
  voice: "语音",
  microphone: "麦克风",
  speaker: "扬声器",
  sound: "声音",
  camera: "摄像头",
  video: "视频",
  model: "语音模型",
  network: "网络",
  power: "电源",
  clock: "时钟",
  desk: "呼叫台",
  alarm: "本机警铃",
  duty: "值班通知",
};

// Names of faults as kiosks send them; a name not listed here is shown as it came.
const FAULTS = {
  "port-busy": "串口被占用",
  "port-denied": "没有权限打开串口",
  "port-missing": "找不到串口",
  unplugged: "被拔下",
  stuck: "按钮卡住",
  contact: "触点故障",
  cable: "电缆断开",
  unreachable: "连不上",
  "no-desk": "没有呼叫台",
  "nobody-on-duty": "没有人在岗",
  "not-writable": "写不进去",
  silent: "没有应答",
  "alarm.silent": "没有声音",
  deaf: "收不到主机的命令",
  "wrong-protocol": "版本不符",
  webhook: "通知不到值班人",
  stepped: "时间跳变",
  gone: "程序没有运行",
  damaged: "文件损坏",
  frozen: "画面不动了",
  "no-content": "办事内容读不出来",
  missing: "没有找到",
  busy: "被别的程序占用",
  "microphone.silent": "一直没有声音",
  clipping: "声音太大，失真",
  overflow: "电脑太忙，丢了声音",
  unusable: "用不了",
  "speaker.stuck": "放不出声音",
  "no-library": "缺少声音程序",
  "no-voice": "没有能用的语音",
};

export const partName = (key) => PARTS[key] ?? key;
export const faultName = (part, key) => FAULTS[`${part}.${key}`] ?? FAULTS[key] ?? key;

/** Waiting time for people: 0:07, 3:20, 1:02:09. */
export function clockText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

export const titleOf = (kiosk) => kiosk.call?.title || kiosk.health?.title || kiosk.id;
export const placeOf = (kiosk) => kiosk.call?.place || kiosk.health?.place || "";

/** What another agent is doing with the call. */
export function takenText(call) {
  const name = call.agent?.name || "同事";
  if (call.state === "connected") return call.mode === "video" ? `${name} 正在视频` : `${name} 已到现场`;
  return call.mode === "video" ? `${name} 已接，视频` : `${name} 已接，走过去`;
}

/** One sentence for the screen reader and the notification. */
export function spoken(kiosk) {
  const { call } = kiosk;
  const parts = [titleOf(kiosk), placeOf(kiosk), CAUSE[call.cause] ?? "", URGENCY[call.urgency] ?? ""];
  return parts.filter(Boolean).join("，");
}
