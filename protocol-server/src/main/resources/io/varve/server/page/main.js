// SPDX-License-Identifier: Apache-2.0
// Shows the part of the page that the address names, and keeps it up to date.
import {el, empty, fill} from "./dom.js";
import {onServer, Refused} from "./server.js";
import {topics} from "./topics.js";
import {topic} from "./topic.js";
import {group, groups} from "./groups.js";
import {clients, log, settings} from "./parts.js";
import {tier} from "./tier.js";

const PERIOD_MS = 2000;
/** How many times as long as an update takes, no other begins. */
const SHARE = 5;
const PARTS = {"": topics, topic, groups, group, tier, clients, settings, log};

const main = document.getElementById("main");
const live = document.getElementById("live");
let shown = null;
let turn = 0;

/** The address as a path and parameters: #/topic/orders/messages?partition=1 */
function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  return {path: path.split("/").map(decodeURIComponent), query: new URLSearchParams(query ?? "")};
}

/** Shows another part. Each part gives its title, its content, and how to bring it up to date. */
async function go(moved) {
  const {path, query} = place();
  const part = PARTS[path[0]];
  shown = part ? part(path.slice(1), query) : {title: "Nothing here", content: empty("There is no such part of the page.")};
  document.title = `${shown.name ?? shown.title} · Varve`;
  const heading = el("h1", {}, shown.title);
  main.replaceChildren(...[shown.crumb ? el("p", {class: "crumb"}, shown.crumb) : null, heading, shown.content].flat().filter(Boolean));
  for (const link of document.querySelectorAll("header nav a")) {
    const home = link.getAttribute("href").slice(2);
    const here = home === path[0] || home === "" && path[0] === "topic" || home === "groups" && path[0] === "group";
    link.toggleAttribute("aria-current", here);
    if (here) {
      link.setAttribute("aria-current", "page");
    }
  }
  if (moved) {
    main.focus({preventScroll: true});
    scrollTo(0, 0);
  }
  await update();
}

async function update() {
  const mine = ++turn;
  const part = shown;
  const begun = performance.now();
  try {
    await part.update?.();
    part.failed?.remove();
  } catch (failure) {
    if (!(failure instanceof Refused)) {
      throw failure;
    }
    if (part === shown && failure.status) {
      part.failed?.remove();
      part.failed = el("div", {role: "status", class: "failed"}, empty(why(failure.status), failure.message));
      main.querySelector("h1").after(part.failed);
    }
  } finally {
    if (mine === turn) {
      // What takes long, because there is much, is asked for less often.
      setTimeout(() => mine === turn && next(), Math.max(PERIOD_MS, SHARE * (performance.now() - begun)));
    }
  }
}

function why(status) {
  return {401: "The server asks who you are.", 403: "You may not see this.", 404: "This is not here, or not any more."}[status]
    ?? (status >= 500 ? "The server could not answer this." : "The server refuses to show this.");
}

function next() {
  if (live.getAttribute("aria-pressed") === "true" && !document.hidden) {
    update();
  } else {
    const mine = ++turn;
    setTimeout(() => mine === turn && next(), PERIOD_MS);
  }
}

live.addEventListener("click", () => {
  const on = live.getAttribute("aria-pressed") !== "true";
  live.setAttribute("aria-pressed", on);
  live.textContent = on ? "Live" : "Paused";
  if (on) {
    update();
  }
});

addEventListener("hashchange", () => go(true));

onServer(server => fill(document.getElementById("about"),
  `Varve ${server.version} · node ${server.node} at ${server.address} · cluster ${server.cluster} · ${server.storage} storage · seen as ${server.user}`));
go(false);
