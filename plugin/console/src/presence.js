// Who is here. A participant shows a name it chose and a coarse kind of device, nothing else.
import { element, hueOf, icon } from "./dom.js";

export function ownIdentity() {
  const phone = matchMedia("(pointer: coarse)").matches && Math.min(screen.width, screen.height) < 600;
  return { name: "web-console", device: phone ? "phone" : "browser" };
}

// Whether a program is here in which an agent may run.
export function isHostPresent(awareness) {
  return [...awareness.getStates().values()].some((state) => state?.user?.device === "terminal");
}

export function showPresence(awareness, identity, { list, count }) {
  const announce = () => awareness.setLocalStateField("user", identity);
  // The provider withdraws us when the page is hidden for good; a page that comes back out of the browser's cache was not.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      awareness.setLocalState({});
      announce();
    }
  });
  const render = () => {
    const present = [];
    awareness.getStates().forEach((state, client) => {
      const user = state?.user;
      if (typeof user?.name !== "string") return;
      present.push({ name: user.name, device: typeof user.device === "string" ? user.device : "", own: client === awareness.clientID });
    });
    present.sort((a, b) => a.own - b.own || a.name.localeCompare(b.name));
    list.replaceChildren(...present.map(participantView));
    count.textContent = String(present.length);
  };
  awareness.on("change", render);
  announce();
  render();
}

function participantView({ name, device, own }) {
  const dot = element("span", { class: "presence-dot", "aria-hidden": "true" });
  dot.style.setProperty("--hue", hueOf(name));
  return element(
    "li",
    { class: "row" },
    dot,
    element("span", { class: "participant" }, name),
    device ? icon(device, device) : null,
    own ? element("span", { class: "you" }, "you") : null,
  );
}
