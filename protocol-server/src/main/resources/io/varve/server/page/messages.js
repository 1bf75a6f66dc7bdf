// SPDX-License-Identifier: Apache-2.0
// The records of a topic. They are hostile text: they become text nodes, never markup.
import {address, bytes, count, el, empty, fill, time} from "./dom.js";
import {ask} from "./server.js";

const LIMIT = 50;

/** How transactions ended, as a word and for whoever wants to know more. */
const FATES = {
  committed: [null, "in a transaction that was committed"],
  aborted: ["aborted", "in a transaction that was aborted: consumers with isolation.level=read_committed do not get it"],
  open: ["open", "in a transaction, and not decided yet: consumers with isolation.level=read_committed wait for its end, or for that of one before it"],
};

/** Bytes of a key or a value that the server gives. */
const SHOWN = 64 * 1024;

export function messages(name, query) {
  const partition = el("select", {name: "partition"}, el("option", {value: ""}, "all"));
  const from = el("select", {name: "from", onchange: () => showInputs()},
    el("option", {value: "newest"}, "the newest"), el("option", {value: "offset"}, "an offset"), el("option", {value: "time"}, "a time"));
  const offset = el("input", {name: "offset", inputmode: "numeric", pattern: "[0-9]+", placeholder: "0"});
  const at = el("input", {name: "at", type: "datetime-local", step: "1"});
  const key = el("input", {name: "key", autocomplete: "off", placeholder: "the whole key"});
  const contains = el("input", {name: "contains", autocomplete: "off", placeholder: "part of a value"});
  const offsetLabel = el("label", {}, "Offset", offset);
  const atLabel = el("label", {}, "Time", at);
  const form = el("form", {class: "tools", onsubmit: event => { event.preventDefault(); remember(); search(); }},
    el("label", {}, "Partition", partition), el("label", {}, "From", from), offsetLabel, atLabel,
    el("label", {}, "Key", key), el("label", {}, "Contains", contains), el("button", {class: "main"}, "Show"));
  const body = el("tbody");
  const table = el("div", {class: "scroll"}, el("table", {}, el("caption", {class: "hidden"}, `Records of ${name}`),
    el("thead", {}, el("tr", {}, ["Offset", "Partition", "Time", "Key", "Value"].map((label, i) =>
      el("th", {scope: "col", class: i === 1 ? "number" : null}, label)))), body));
  const nothing = el("div");
  const more = el("div", {class: "more", role: "status"});
  const hold = el("p", {class: "hint", hidden: true}, "Newer records are not shown while one is open.");
  let known = null;
  let busy = false;
  let signature = "";

  partition.addEventListener("change", () => { remember(); search(); });

  function showInputs() {
    offsetLabel.hidden = from.value !== "offset";
    atLabel.hidden = from.value !== "time";
  }

  function restore() {
    from.value = query.has("offset") ? "offset" : query.has("at") ? "time" : "newest";
    offset.value = query.get("offset") ?? "";
    at.value = query.get("at") ?? "";
    key.value = query.get("key") ?? "";
    contains.value = query.get("contains") ?? "";
    showInputs();
  }

  /** Keeps what is looked for in the address, to come back to it or to pass it on. */
  function remember() {
    const wanted = new URLSearchParams();
    for (const [field, value] of [["partition", partition.value], ["offset", from.value === "offset" ? offset.value : ""],
      ["at", from.value === "time" ? at.value : ""], ["key", key.value], ["contains", contains.value]]) {
      if (value) {
        wanted.set(field, value);
      }
    }
    history.replaceState(null, "", `${address("topic", name, "messages")}?${wanted}`);
  }

  function isNewest() {
    return from.value === "newest" && !key.value && !contains.value;
  }

  function wanted() {
    const ms = at.value ? new Date(at.value).getTime() : 0;
    return {
      topic: name, partition: partition.value, limit: LIMIT, key: key.value, contains: contains.value,
      from: from.value === "offset" ? partitions().map(number => `${number}:${offset.value || 0}`).join(",") : "",
      time: from.value === "time" && ms >= 0 ? ms : "",
    };
  }

  function partitions() {
    return partition.value === "" ? known.map(row => row.partition) : [Number(partition.value)];
  }

  async function search(parameters = wanted(), appending = false, quiet = false) {
    busy = true;
    hold.hidden = true;
    if (!quiet) {
      fill(more, "Reading …");
    }
    try {
      const found = await ask("/api/messages", parameters);
      show(found, appending);
    } catch (failure) {
      if (failure.status === 0 && body.children.length > 0) {
        fill(more, null);
        return;
      }
      table.hidden = true;
      fill(nothing, empty("The records are not shown.", failure.message));
      fill(more, null);
      signature = "";
    } finally {
      busy = false;
    }
  }

  function show(found, appending) {
    const rows = isNewest() ? newestFirst(found.records) : found.records;
    const now = rows.map(row => `${row.partition}:${row.offset}:${row.transaction ?? ""}`).join();
    // What is opened to be read stays so while nothing new has come.
    if (!appending && now === signature && body.children.length > 0) {
      finish(found);
      return;
    }
    signature = appending ? "" : now;
    const opened = new Set([...body.querySelectorAll("button[aria-expanded=true]")].map(button => button.dataset.key));
    const lines = rows.flatMap(row => line(row, opened.has(`${row.partition}:${row.offset}`)));
    if (appending) {
      body.append(...lines);
    } else {
      const focused = document.activeElement?.dataset?.key;
      body.replaceChildren(...lines);
      if (focused) {
        [...body.querySelectorAll("button")].find(button => button.dataset.key === focused)?.focus();
      }
    }
    finish(found);
  }

  function finish(found) {
    const shown = body.querySelectorAll("tr:not(.detail)").length;
    table.hidden = shown === 0;
    fill(nothing, shown > 0 ? null : none(found));
    const left = found.partitions.filter(each => !each.closed && each.next < each.end);
    const oldest = found.partitions.filter(each => !each.closed && each.from > each.start);
    more.replaceChildren(`${count(shown)} shown, ${count(found.read)} read`);
    if (!isNewest() && left.length > 0) {
      more.append(el("button", {type: "button", onclick: () => search({...wanted(), time: "",
        from: found.partitions.filter(each => !each.closed).map(each => `${each.partition}:${each.next}`).join(",")}, true)}, "Read on"));
    }
    if (isNewest() && oldest.length > 0) {
      more.append(el("button", {type: "button", onclick: () => older(found)}, "Older ones"));
    }
  }

  /** From the newest on back: looks from an offset that comes before what is shown. */
  function older(found) {
    const one = found.partitions.filter(each => !each.closed).sort((a, b) => (b.from - b.start) - (a.from - a.start))[0];
    partition.value = String(one.partition);
    from.value = "offset";
    offset.value = String(Math.max(one.start, one.from - LIMIT));
    showInputs();
    remember();
    search();
  }

  function none(found) {
    if (key.value || contains.value) {
      return empty("No such record was found.", `${count(found.read)} records were read. `
        + (found.over ? "There are more: read on." : "Keys are compared whole, in UTF-8."));
    }
    if (found.partitions.every(each => each.closed)) {
      return empty("The partitions are not open yet.", "The server is still starting.");
    }
    return empty("There are no records here.", "Write some, for instance by ", el("br"),
      el("code", {}, `bin/kafka-console-producer.sh --bootstrap-server localhost:9092 --topic ${name}`));
  }

  restore();
  return {
    content: [form, hold, table, nothing, more],
    async update() {
      if (!known) {
        known = (await ask("/api/topic", {topic: name})).partitions;
        partition.append(...known.map(row => el("option", {value: row.partition}, String(row.partition))));
        partition.value = query.get("partition") ?? (known.length === 1 ? String(known[0].partition) : "");
        await search();
      } else if (isNewest() && !busy && !body.querySelector("button[aria-expanded=true]")) {
        await search(wanted(), false, true);
      } else if (isNewest() && !busy) {
        // What somebody reads must not move away.
        hold.hidden = false;
      }
    },
  };
}

/** Records by time, but in each partition by offset: times are what producers say, and markers have those of their writer. */
function newestFirst(records) {
  const rows = [...records].sort((a, b) => b.offset - a.offset);
  const times = new Map();
  const reached = new Map();
  for (const row of rows) {
    reached.set(row.partition, Math.min(reached.get(row.partition) ?? Infinity, row.timestamp ?? Infinity));
    times.set(row, reached.get(row.partition));
  }
  return rows.sort((a, b) => times.get(a) === times.get(b) ? a.partition - b.partition || b.offset - a.offset : times.get(b) - times.get(a));
}

/** A record's line, and what it opens. */
function line(row, open) {
  const key = `${row.partition}:${row.offset}`;
  const button = el("button", {type: "button", "aria-expanded": String(open), "data-key": key}, count(row.offset));
  const first = el("tr", {}, el("td", {class: "offset", "data-label": "Offset"}, button), el("td", {class: "number", "data-label": "Partition"}, String(row.partition)),
    el("td", {class: "tight mono wide", "data-label": "Time"}, row.timestamp === undefined ? "" : time(row.timestamp)),
    el("td", {class: "key mono wide", "data-label": "Key"}, preview(row.key)), el("td", {class: `preview mono ${row.transaction ?? ""}`, "data-label": "Value"}, value(row)));
  const lines = [first];
  if (open) {
    lines.push(detail(row));
  }
  button.addEventListener("click", () => {
    const opening = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(opening));
    if (opening) {
      first.after(detail(row));
    } else {
      first.nextSibling.remove();
    }
  });
  return lines;
}

function value(row) {
  if (row.marker) {
    return el("span", {class: "pill faint"}, `transaction: ${row.marker}`);
  }
  if (row.unreadable) {
    return el("span", {class: "bad"}, row.unreadable);
  }
  const word = FATES[row.transaction]?.[0];
  return [word ? el("span", {class: "pill warn"}, word) : null, preview(row.value)];
}

function preview(content) {
  if (content === null || content === undefined) {
    return el("span", {class: "faint"}, content === null ? "none" : "");
  }
  if (content.size === 0) {
    return el("span", {class: "faint"}, "empty");
  }
  return content.text !== undefined ? content.text.slice(0, 300).replace(/\s+/g, " ")
    : el("span", {class: "faint"}, `${bytes(content.size)}: ${hex(content.base64, 24)}`);
}

function detail(row) {
  const facts = el("dl", {class: "facts"});
  if (row.marker) {
    facts.append(el("dt", {}, "Marker"), el("dd", {}, "the server's own record of how a transaction ended; consumers do not get it"));
  }
  if (row.transaction) {
    facts.append(el("dt", {}, "Written"), el("dd", {}, FATES[row.transaction][1]));
  }
  for (const header of row.headers ?? []) {
    facts.append(el("dt", {}, header.cut ? `${header.name}…` : header.name), el("dd", {class: "mono"}, preview(header.value)));
  }
  if (row.cut) {
    facts.append(el("dt", {}, "…"), el("dd", {class: "faint"}, `${count(row.headers.length)} of ${count(row.headerCount)} headers are shown`));
  }
  return el("tr", {class: "detail"}, el("td", {colspan: 5}, row.headers ? el("h2", {}, "Headers") : null, facts,
    whole("Key", row.key), whole("Value", row.value)));
}

function whole(title, content) {
  if (!content || content.size === 0) {
    return null;
  }
  const pretty = asJson(content.text);
  const text = pretty ?? content.text ?? hexLines(content.base64);
  const kind = pretty !== null ? "JSON" : content.text !== undefined ? "text" : "binary";
  return [el("h2", {}, `${title} · ${kind}, ${bytes(content.size)}${content.cut ? `, of which the first ${bytes(SHOWN)} are shown` : ""} `,
    navigator.clipboard ? el("button", {type: "button", onclick: event => copy(event.target, content.text ?? content.base64)},
      content.text !== undefined ? "Copy" : "Copy as base64") : null), el("pre", {tabindex: 0}, text)];
}

async function copy(button, text) {
  await navigator.clipboard.writeText(text);
  button.textContent = "Copied";
}

/** JSON laid out for reading, with its numbers as they are written; null for what is no JSON. */
function asJson(text) {
  if (text === undefined || !/^\s*[[{]/.test(text)) {
    return null;
  }
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return laidOut(text);
}

/** Breaks the lines of sound JSON. A parser would change long numbers and lose keys that are there twice. */
function laidOut(text) {
  let out = "";
  let depth = 0;
  let inside = false;
  const line = () => "\n" + "  ".repeat(depth);
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inside) {
      out += c;
      if (c === "\\") {
        out += text[++i];
      } else if (c === "\"") {
        inside = false;
      }
    } else if (c === "\"") {
      inside = true;
      out += c;
    } else if (c === "{" || c === "[") {
      let next = i + 1;
      while (/\s/.test(text[next])) {
        next++;
      }
      if (text[next] === "}" || text[next] === "]") {
        out += c + text[next];
        i = next;
      } else {
        depth++;
        out += c + line();
      }
    } else if (c === "}" || c === "]") {
      depth--;
      out += line() + c;
    } else if (c === ",") {
      out += c + line();
    } else if (c === ":") {
      out += ": ";
    } else if (!/\s/.test(c)) {
      out += c;
    }
  }
  return out;
}

function hex(base64, max) {
  const raw = atob(base64);
  const shown = [...raw.slice(0, max)].map(c => c.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
  return raw.length > max ? `${shown} …` : shown;
}

function hexLines(base64) {
  const raw = atob(base64);
  const lines = [];
  for (let at = 0; at < raw.length; at += 16) {
    const part = raw.slice(at, at + 16);
    const codes = [...part].map(c => c.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${codes.padEnd(47)}  ${part.replace(/[^\x20-\x7e]/g, ".")}`);
  }
  return lines.join("\n");
}
