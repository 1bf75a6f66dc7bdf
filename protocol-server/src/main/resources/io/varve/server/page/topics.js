// SPDX-License-Identifier: Apache-2.0
// All topics, and how the server is.
import {bytes, count, el, empty, fill, link, rate, Table} from "./dom.js";
import {bar, sparkline} from "./charts.js";
import {ask, Refused} from "./server.js";

/** What the server sorts by, for each column. */
const SORTS = ["name", "partitions", "records", "bytes", "rate", "rate"];

export function topics() {
  const cards = el("div", {class: "cards"});
  const filter = el("input", {type: "search", placeholder: "Part of a name", autocomplete: "off", oninput: () => look()});
  const internal = el("input", {type: "checkbox", onchange: () => look()});
  const rest = el("span", {class: "rest", role: "status"});
  const last = row => row.rates?.at(-1) ?? 0;
  const table = new Table("Topics", [
    {label: "Topic", class: "name", cell: row => link(row.name, "topic", row.name)},
    {label: "Partitions", class: "number", cell: row => count(row.partitions)},
    {label: "Records", class: "number", cell: row => count(row.records)},
    {label: "Size", class: "number", cell: row => bytes(row.bytes)},
    {label: "Records/s", class: "number", cell: row => rate(last(row))},
    {label: "Lately", class: "chartcell", cell: row => sparkline(row.rates ?? [], `Records a second in ${row.name}`)},
  ], row => row.name, null, () => look());
  const nothing = el("div");
  let turn = 0;

  /** Asks for what is to be shown now; an answer that comes after a newer question is too late. */
  async function show() {
    const mine = ++turn;
    const listed = await ask("/api/topics", {find: filter.value, internal: internal.checked ? 1 : "", limit: table.limit,
      sort: table.sorted ? SORTS[table.sorted.column] : "", descending: table.sorted?.descending ? 1 : ""});
    if (mine !== turn) {
      return null;
    }
    table.update(listed.topics, listed.found);
    table.node.hidden = listed.found === 0;
    fill(nothing, listed.found > 0 ? null : none());
    const all = listed.total.topics + listed.total.internal;
    fill(rest, listed.found === all ? "" : `${count(listed.found)} of ${count(all)}, the others are hidden`);
    return listed.total;
  }

  /** The reader does not wait for the next update; if the server does not answer, that comes all the same. */
  function look() {
    show().catch(failure => {
      if (!(failure instanceof Refused)) {
        throw failure;
      }
    });
  }

  function none() {
    if (filter.value) {
      return empty("No topic is called so.", "Look for another part of the name.");
    }
    return empty("There are no topics yet.", "A topic appears when a client writes to it, or by ",
      el("br"), el("code", {}, "bin/kafka-topics.sh --bootstrap-server localhost:9092 --create --topic orders"));
  }

  return {
    title: "Topics",
    content: [cards, el("div", {class: "tools"},
      el("label", {class: "grow"}, "Find", filter), el("label", {class: "check"}, internal, "Internal ones too"), rest),
    table.node, nothing],
    async update() {
      const [server, total] = await Promise.all([ask("/api/server"), show()]);
      if (total) {
        fill(cards, status(server, total));
      }
    },
  };
}

function card(title, value, ...notes) {
  return el("section", {class: "card"}, el("h2", {}, title), el("div", {class: "value"}, value), notes);
}

function status(server, total) {
  const ready = server.notReady.length === 0;
  const cards = [
    card("State", el("span", {class: ready ? "good" : "bad"}, ready ? "Ready" : "Not ready"),
      el("div", {class: "note"}, ready ? "all partitions take writes" : server.notReady.join("; "))),
    el("section", {class: "card wide"}, el("h2", {}, "Records a second"),
      el("div", {class: "value"}, rate(total.rates.at(-1))), sparkline(total.rates, "Records a second in all topics", "chart"),
      el("div", {class: "note"}, "in the last five minutes")),
    card("Topics", count(total.topics), el("div", {class: "note"}, `${count(total.partitions)} partitions, ${count(total.records)} records`)),
  ];
  if (total.bytes !== undefined) {
    cards.push(card("Stored here", bytes(total.bytes), el("div", {class: "note"}, "of all topics, internal ones too")));
  }
  for (const directory of server.directories.filter(each => each.total > 0)) {
    const used = 1 - directory.free / directory.total;
    const level = used > 0.95 ? "bad" : used > 0.85 ? "warn" : null;
    cards.push(card("Disk free", el("span", {class: level}, bytes(directory.free)),
      bar(used, `Used of the disk of ${directory.path}`, level), el("div", {class: "note"}, `of ${bytes(directory.total)}, ${directory.path}`)));
  }
  return cards;
}
