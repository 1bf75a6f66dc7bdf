// SPDX-License-Identifier: Apache-2.0
// All topics, and how the server is.
import {bytes, count, el, empty, fill, link, rate, Table} from "./dom.js";
import {bar, sparkline} from "./charts.js";
import {ask} from "./server.js";

/** The rates of all topics together, oldest first. */
function total(all) {
  const longest = Math.max(0, ...all.map(row => row.rates.length));
  return Array.from({length: longest}, (_, i) => all.reduce((sum, row) => sum + (row.rates.at(i - longest) ?? 0), 0));
}

export function topics() {
  const cards = el("div", {class: "cards"});
  const filter = el("input", {type: "search", placeholder: "Part of a name", autocomplete: "off", oninput: () => show()});
  const internal = el("input", {type: "checkbox", onchange: () => show()});
  const rest = el("span", {class: "rest", role: "status"});
  const table = new Table("Topics", [
    {label: "Topic", class: "name", value: row => row.name, cell: row => link(row.name, "topic", row.name)},
    {label: "Partitions", class: "number", value: row => row.partitions, cell: row => count(row.partitions)},
    {label: "Records", class: "number", value: row => row.offsets, cell: row => count(row.offsets)},
    {label: "Size", class: "number", value: row => row.bytes ?? -1, cell: row => bytes(row.bytes)},
    {label: "Records/s", class: "number", value: row => row.rates.at(-1) ?? 0, cell: row => rate(row.rates.at(-1))},
    {label: "Lately", class: "chartcell", value: row => row.rates.at(-1) ?? 0,
      cell: row => sparkline(row.rates, `Records a second in ${row.name}`)},
  ], row => row.name);
  const nothing = el("div");
  let all = [];

  function show() {
    const part = filter.value.toLowerCase();
    const listed = all.filter(row => (internal.checked || !row.internal) && row.name.toLowerCase().includes(part));
    table.update(listed);
    table.node.hidden = listed.length === 0;
    fill(nothing, listed.length > 0 ? null : none());
    fill(rest, listed.length === all.length ? "" : `${listed.length} of ${all.length}, the others are hidden`);
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
      const [server, listed] = await Promise.all([ask("/api/server"), ask("/api/topics")]);
      all = listed.topics;
      fill(cards, status(server, all));
      show();
    },
  };
}

function card(title, value, ...notes) {
  return el("section", {class: "card"}, el("h2", {}, title), el("div", {class: "value"}, value), notes);
}

function status(server, all) {
  const mine = all.filter(row => !row.internal);
  const rates = total(mine);
  const ready = server.notReady.length === 0;
  const cards = [
    card("State", el("span", {class: ready ? "good" : "bad"}, ready ? "Ready" : "Not ready"),
      el("div", {class: "note"}, ready ? "all partitions take writes" : server.notReady.join("; "))),
    el("section", {class: "card wide"}, el("h2", {}, "Records a second"),
      el("div", {class: "value"}, rate(rates.at(-1))), sparkline(rates, "Records a second in all topics", "chart"),
      el("div", {class: "note"}, "in the last five minutes")),
    card("Topics", count(mine.length), el("div", {class: "note"}, `${count(mine.reduce((sum, row) => sum + row.partitions, 0))} partitions, `
      + `${count(mine.reduce((sum, row) => sum + row.offsets, 0))} records`)),
  ];
  if (all.some(row => row.bytes !== undefined)) {
    cards.push(card("Stored here", bytes(all.reduce((sum, row) => sum + (row.bytes ?? 0), 0)),
      el("div", {class: "note"}, "of all topics, internal ones too")));
  }
  for (const directory of server.directories.filter(each => each.total > 0)) {
    const used = 1 - directory.free / directory.total;
    const level = used > 0.95 ? "bad" : used > 0.85 ? "warn" : null;
    cards.push(card("Disk free", el("span", {class: level}, bytes(directory.free)),
      bar(used, `Used of the disk of ${directory.path}`, level), el("div", {class: "note"}, `of ${bytes(directory.total)}, ${directory.path}`)));
  }
  return cards;
}
