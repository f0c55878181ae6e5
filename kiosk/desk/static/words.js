// Every word the page says about codes that come over the wire.

export const CAUSE = {
  button: "按了人工按钮",
  touch: "点了屏幕",
  voice: "说了“人工”",
  again: "没办好，再次呼叫",
  callback: "工作人员回访",
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
  ledger: "记录",
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
  memory: "内存",
  temperature: "温度",
  clock: "时钟",
  desk: "呼叫台",
  alarm: "本机警铃",
  duty: "值班通知",
  certificate: "证书",
  "self-test": "自检呼叫",
};

// Names of faults as kiosks send them; a name not listed here is shown as it came.
const FAULTS = {
  "port-busy": "串口被占用",
  "port-denied": "没有权限打开串口",
  "port-missing": "找不到串口",
  unplugged: "被拔下",
  stuck: "按钮卡住",
  cut: "电缆断开",
  "no-open": "常开触点不通，或电缆松动",
  "nc-open": "常闭触点不通",
  welded: "触点粘连",
  swapped: "两根线接反了，或一直被按着",
  "no-lines": "这个串口没有信号线",
  "no-gpio": "引脚用不了",
  "pin-busy": "引脚被占用",
  unreachable: "连不上",
  "no-desk": "没有呼叫台",
  "nobody-on-duty": "没有人在岗",
  "not-readable": "读不出来",
  "not-writable": "写不进去",
  silent: "没有应答",
  "alarm.silent": "没有声音",
  deaf: "收不到主机的命令",
  "wrong-protocol": "版本不符",
  webhook: "通知不到值班人",
  stepped: "时间跳变",
  unset: "时间丢失",
  "not-allowed": "没有权限",
  unreadable: "读不出来",
  "wrong-name": "不是本机的",
  "no-ledger": "不能做记录",
  expired: "已过期",
  expires: "快到期",
  gone: "程序没有运行",
  failed: "没有通过",
  "no-answer": "没有呼叫台应答",
  overdue: "三天没有通过",
  "disk.low": "空间不多了",
  "disk.full": "满了",
  "disk.read-only": "不能写",
  "memory.low": "快用完了",
  hot: "太热",
  "power.low": "电压不足",
  throttled: "降速运行",
  damaged: "文件损坏",
  frozen: "画面不动了",
  "microphone.frozen": "开着，但没有声音进来",
  "no-content": "办事内容读不出来",
  "not-learnt": "还没学会听懂办事的话",
  missing: "没有找到",
  busy: "被别的程序占用",
  "microphone.silent": "一直没有声音",
  clipping: "声音太大，失真",
  overflow: "电脑太忙，丢了声音",
  unusable: "用不了",
  "speaker.stuck": "放不出声音",
  "ledger.changed": "被改动过",
  "heads-unreadable": "的校验值读不出来",
  "disk-full": "的磁盘满了",
  locked: "被别的程序锁住了",
  "no-library": "缺少声音程序",
  "no-voice": "没有能用的语音",
};

// What who answers calls can do about it; for all others it is the technician's, whose page has the terminal's own words.
const REMEDIES = {
  unplugged: "把插头插回去，几秒钟就好。",
  missing: "看看插头插好了没有。",
  "port-missing": "看看按钮的插头插好了没有。",
  "button.silent": "看看按钮的插头插好了没有。",
  stuck: "看看按钮是不是卡住了，按一下再松开。",
  "microphone.silent": "看看麦克风上的开关。",
  clipping: "请客户离麦克风远一点。",
  hot: "看看通风口有没有被挡住，有没有晒到太阳。",
  gone: "等半分钟，一般自己会好。",
  frozen: "等半分钟，一般自己会好。",
  "nobody-on-duty": "请上岗。",
  "self-test": "请走过去按一下人工，看这里响不响。",
};
const ASK = "请找技术员。";

/** For who answers calls. */
export function remedyText(part, key) {
  const own = REMEDIES[`${part}.${key}`] ?? REMEDIES[part] ?? (part === "model" ? undefined : REMEDIES[key]);
  if (own === undefined) return ASK;
  return key === "nobody-on-duty" ? own : `${own}不行的话，${ASK}`;
}

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

// Frames and sound come all the time, and the desk does not tell each: it says when one is no longer as new as this.
const JUST_NOW_MS = 15000;

function agoText(age_ms, since) {
  if (age_ms < JUST_NOW_MS) return "刚刚";
  const minutes = Math.floor((age_ms + since) / 60000);
  if (minutes < 1) return "不到 1 分钟前";
  if (minutes < 60) return `${minutes} 分钟前`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} 小时前` : `${Math.floor(minutes / 1440)} 天前`;
}

/** What a terminal has last really done: that its programs run would prove nothing. `since`: ms since it said so. */
export function lastText(last, since) {
  const ago = (name, never, { age_ms }) => (age_ms == null ? never : `${name}${agoText(age_ms, since)}`);
  const { drawn, heard, played } = last ?? {};
  return [
    drawn && ago("画面 ", "还没有画面", drawn),
    heard && (heard.off ? "麦克风关着" : ago("麦克风 ", "麦克风还没有声音", heard)),
    played && ago("说话 ", "", played),
  ].filter(Boolean).join(" · ");
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
  const given = call.given ? `转给 ${call.agent?.name} 的呼叫` : "";
  const parts = [given, titleOf(kiosk), placeOf(kiosk), CAUSE[call.cause] ?? "", URGENCY[call.urgency] ?? ""];
  return parts.filter(Boolean).join("，");
}

// --- people -----------------------------------------------------------------------------------------

export const ROLE = {
  agent: "坐席", volunteer: "志愿者", supervisor: "主管", technician: "技术员", auditor: "审计员", admin: "管理员",
};

export const ROLE_NOTE = {
  agent: "坐席：接呼叫，接视频，看得到客户说过的话。",
  volunteer: "志愿者：可以走过去，看不到客户说过的话，不接视频。",
  supervisor: "主管：坐席能做的都能做，还能看报表、处理投诉、标注技能；没有人在岗时会响铃。",
  technician: "技术员：只看终端和呼叫的状态，看不到客户说过的话。",
  auditor: "审计员：只看记录和报表。",
  admin: "管理员：添加、修改、移除人员，看不到客户说过的话。",
};

export const DOER = { "*console": "命令行", "*desk": "呼叫台" };

export const DEED = {
  "person-added": "添加人员", "person-changed": "修改人员", "person-removed": "移除人员", skills: "改技能",
  password: "改自己的密码", "password-one-time": "给一次性密码", "signed-out-everywhere": "所有电脑退出",
  "sentences-taught": "教终端几句话", "sentences-ignored": "几句话不用管", "sentences-reopened": "撤回几句话",
  "duty-on": "上岗", "duty-break": "小休", "duty-off": "下岗",
};
