// The report's page comes ready from the desk; this adds the bar, and what a click does.

import { byId } from "./dom.js";
import { begin, tell } from "./pages.js";

byId("print").onclick = () => window.print();
byId("choose").onsubmit = (event) => {
  event.currentTarget.dataset.busy = "true";
  tell("正在算，请稍等……", "done");
};
// A page that comes back from the browser's memory is not busy any more.
window.onpageshow = (event) => {
  if (!event.persisted) return;
  delete byId("choose").dataset.busy;
  tell("");
};

begin().catch((error) => tell(error.message));
