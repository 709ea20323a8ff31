// The stream of events: always tried again, and whoever listens is told when something may have been missed.

import { events } from "./tenant.js";

const PAUSES = [500, 1000, 2000, 4000];

/** `opened` is called at every (re)connection: load what was missed. `heard` gets each event. `lost` is called when it breaks. */
export function listen(user, { opened, heard, lost }) {
  let failures = 0;
  let source = null;
  connect();
  addEventListener("pagehide", () => source.close());

  function connect() {
    source = events(user);
    source.onopen = () => {
      failures = 0;
      opened();
    };
    source.onmessage = (event) => heard(JSON.parse(event.data));
    source.onerror = () => {
      source.close();
      lost();
      setTimeout(connect, PAUSES[Math.min(failures++, PAUSES.length - 1)]);
    };
  }
}
