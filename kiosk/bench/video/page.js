// `bench` in every page of `kiosk bench video`: a camera whose picture is a clock, a microphone that sounds, and eyes and
// ears for the other side's. `bench.offset`: seconds to add to the page's clock. BITS and ROW come from kiosk/video/synthetic.py.

window.bench = { offset: 0, times: {}, delays: [], onsets: [] };
bench.now = () => performance.now() / 1000 + bench.offset;
bench.row = (height) => Math.max(4, Math.round(height * ROW));

bench.camera = (width, height, fps) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  const row = bench.row(height), column = Math.floor(width / BITS);
  const draw = () => {
    const ms = Math.round(bench.now() * 1000);
    pen.fillStyle = "#2840c8"; pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#e6dc3c"; pen.fillRect((ms / 8) % width, 2 * row, 40, height);
    for (let at = 0; at < BITS; at++) {
      const bit = Math.floor(ms / 2 ** at) % 2;
      pen.fillStyle = bit ? "#fff" : "#000"; pen.fillRect(at * column, 0, column, row);
      pen.fillStyle = bit ? "#000" : "#fff"; pen.fillRect(at * column, row, column, row);
    }
  };
  draw();
  setInterval(draw, 1000 / fps);
  return canvas.captureStream(); // each that is drawn: told a rate, it leaves out what its timer holds for too early
};

bench.microphone = () => {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 880 });
  const out = context.createMediaStreamDestination();
  tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
  tone.start();
  return out.stream;
};

bench.readClock = (pen, width, height) => {
  const row = bench.row(height), column = Math.floor(width / BITS);
  const { data } = pen.getImageData(0, 0, width, 2 * row);
  const grey = (x, y) => data[4 * (y * width + x) + 1];
  let ms = 0;
  for (let at = 0; at < BITS; at++) {
    const x = at * column + (column >> 1);
    const upper = grey(x, row >> 1), lower = grey(x, row + (row >> 1));
    if (Math.abs(upper - lower) < 64) return null;
    if (upper > lower) ms += 2 ** at;
  }
  return ms;
};

// Looks at each frame of a video as it is composed.
bench.watch = (video) => {
  bench.delays = [];
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const next = (_now, { width, height, expectedDisplayTime, presentedFrames }) => {
    bench.shown = presentedFrames;
    if (stream !== bench.left) bench.times.video ??= bench.now();
    bench.size = [width, height];
    if (bench.measures) {
      Object.assign(canvas, { width, height });
      pen.drawImage(video, 0, 0);
      const ms = bench.readClock(pen, width, height);
      if (ms !== null) {
        const shown = expectedDisplayTime / 1000 + bench.offset;
        const late = (Math.round(shown * 1000) - ms) % 2 ** 32;
        if (late > -1000 && late < 5000) bench.delays.push(late);
      }
    }
    if (bench.stream === stream) video.requestVideoFrameCallback(next);
  };
  const stream = (bench.stream = video.srcObject);
  video.requestVideoFrameCallback(next);
};

// When each beep of the other side began, by the clock.
bench.listen = (stream) => {
  bench.onsets = [];
  const context = (bench.context ??= new AudioContext());
  const ear = new AnalyserNode(context, { fftSize: 256 });
  context.createMediaStreamSource(stream).connect(ear);
  const samples = new Float32Array(256);
  let quiet = 0;
  clearInterval(bench.ear);
  bench.ear = setInterval(() => {
    ear.getFloatTimeDomainData(samples);
    const loud = Math.max(...samples) > 0.02;
    if (loud && quiet > 20) bench.onsets.push(bench.now());
    quiet = loud ? 0 : quiet + 1;
  }, 5);
};

// The page's connection, for the browser's own counts of it. `bench.only`: what else it must keep to.
const Connection = RTCPeerConnection;
window.RTCPeerConnection = class extends Connection {
  constructor(how) { super({ ...how, ...bench.only }); bench.connection = this; }
};
bench.decoded = async () => {
  const reports = [...(await bench.connection.getStats()).values()];
  const video = reports.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  if (!video?.framesDecoded) return null; // these reports come a moment after the first picture
  return { frames: video.framesDecoded, between: video.totalInterFrameDelay, shown: bench.shown, at: bench.now() };
};

// What is shown now belongs to a connection that will be lost; the times are those of the next one.
bench.leave = () => {
  bench.left = document.querySelector("#video .remote").srcObject;
  bench.times = {};
};

bench.reset = () => { bench.times = {}; };

// The first moments of sound and picture of the desk's page.
setInterval(() => {
  const stream = document.querySelector("#video .remote")?.srcObject;
  if (!stream || stream === bench.left) return;
  if (stream.getAudioTracks()[0]?.muted === false) bench.times.audio ??= bench.now();
  if (bench.stream !== stream) bench.watch(document.querySelector("#video .remote"));
}, 4);
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-action=video]")) bench.times = { click: bench.now() };
}, { capture: true });

// The floor: two pages that call each other directly.
bench.direct = {
  make() {
    const peer = (bench.peer = new RTCPeerConnection());
    const stream = new MediaStream();
    const video = document.body.appendChild(Object.assign(document.createElement("video"), { autoplay: true }));
    peer.ontrack = ({ track }) => {
      stream.addTrack(track);
      if (track.kind === "audio") track.onunmute = () => (bench.times.audio ??= bench.now());
      else {
        video.srcObject = stream;
        bench.watch(video);
      }
    };
    return navigator.mediaDevices.getUserMedia({ audio: true, video: true })
      .then((own) => { for (const track of own.getTracks()) peer.addTrack(track, own); });
  },
  async described() {
    const { peer } = bench;
    await peer.setLocalDescription();
    if (peer.iceGatheringState !== "complete") {
      await new Promise((done) => {
        peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
      });
    }
    return peer.localDescription.sdp;
  },
  close() { bench.peer?.close(); document.querySelector("video")?.remove(); bench.reset(); },
};
