// SPDX-License-Identifier: Apache-2.0
// One topic: its records, its partitions, its segments, its settings.
import {address, bytes, count, el, empty, fill, link, rate, svg, Table} from "./dom.js";
import {Rates, sparkline} from "./charts.js";
import {ask} from "./server.js";
import {messages} from "./messages.js";
import {settingsTable} from "./parts.js";

const TABS = [["messages", "Messages", messages], ["partitions", "Partitions", partitions],
  ["segments", "Segments", segments], ["settings", "Settings", settings]];
const rates = new Rates();

export function topic([name, tab = "messages"], query) {
  const [, , part] = TABS.find(([id]) => id === tab) ?? TABS[0];
  const {content, update} = part(name, query);
  const tabs = el("nav", {class: "tabs", "aria-label": "Parts of the topic"}, TABS.map(([id, label]) =>
    el("a", {href: address("topic", name, id), "aria-current": id === tab ? "page" : null}, label)));
  return {title: name, name: `${name}: ${TABS.find(([id]) => id === tab)?.[1] ?? TABS[0][1]}`, crumb: [link("Topics"), " /"], content: [tabs, content].flat(), update};
}

function partitions(name) {
  const table = new Table(`Partitions of ${name}`, [
    {label: "Partition", class: "number", value: row => row.partition, cell: row => link(count(row.partition), "topic", name, `messages?partition=${row.partition}`)},
    {label: "First offset", class: "number", value: row => row.start ?? -1, cell: row => count(row.start)},
    {label: "End", class: "number", value: row => row.end ?? -1, cell: row => row.open ? count(row.end) : el("span", {class: "warn"}, "not open yet")},
    {label: "Size", class: "number", value: row => row.bytes ?? -1, cell: row => bytes(row.bytes)},
    {label: "Records/s", class: "number", value: row => rates.last(key(row)) ?? 0, cell: row => rate(rates.last(key(row)))},
    {label: "Lately", class: "chartcell", value: row => rates.last(key(row)) ?? 0, cell: row => sparkline(rates.of(key(row)), `Records a second in partition ${row.partition}`)},
    {label: "Leader epoch", class: "number", value: row => row.leaderEpoch, cell: row => count(row.leaderEpoch)},
  ], row => String(row.partition));
  const key = row => `${name}/${row.partition}`;
  return {
    content: table.node,
    async update() {
      const one = await ask("/api/topic", {topic: name});
      const now = performance.now();
      one.partitions.forEach(row => rates.note(key(row), row.end ?? 0, now));
      table.update(one.partitions);
    },
  };
}

function settings(name) {
  const table = settingsTable(`Settings of ${name}`, "default");
  const shown = el("div", {}, table.content);
  const refused = el("div");
  return {
    content: [refused, shown],
    async update() {
      const {settings: all} = await ask("/api/topic", {topic: name});
      shown.hidden = !all;
      fill(refused, all ? null : empty("You may see this topic, and not its settings.", "That needs DESCRIBE_CONFIGS for the topic."));
      table.update(all ?? []);
    },
  };
}

/** Why each segment is still there, in the engine's own words. */
function segments(name, query) {
  let partition = query.get("partition") ?? "0";
  const choice = el("select", {onchange: () => { partition = choice.value; history.replaceState(null, "", address("topic", name, "segments") + `?partition=${partition}`); update(); }});
  const summary = el("div");
  const layers = el("div");
  const body = el("div");
  let table = null;

  async function update() {
    const [shown, one] = await Promise.all([ask("/api/segments", {topic: name, partition}), ask("/api/topic", {topic: name})]);
    if (choice.options.length !== one.partitions.length) {
      choice.replaceChildren(...one.partitions.map(row => el("option", {value: row.partition}, String(row.partition))));
      choice.value = partition;
    }
    fill(summary, shown.summary.map(line => el("p", {class: "hint"}, line.replace(/^[^:]*: /, ""))));
    fill(layers, [drawn(shown), shown.segments.length ? el("p", {class: "legend"}, legend(shown).map(([kind, words]) =>
      el("span", {class: kind}, words))) : null]);
    if (!table || table.columns.length !== shown.head.length) {
      table = new Table(`Segments of ${name}`, shown.head.map((label, i) => ({
        label: label.charAt(0).toUpperCase() + label.slice(1), class: i === 0 ? "tight wide" : i === 1 ? "number" : "words wide",
        value: row => i === 1 ? Number(row.cells[1]) : row.at, cell: row => i === 1 ? bytes(Number(row.cells[1])) : unbroken(row.cells[i])})), row => row.cells[0].split(" ")[0]);
      body.replaceChildren(table.node);
    }
    table.update(shown.rows.map((cells, at) => ({cells, at})));
    table.node.hidden = shown.rows.length === 0;
  }

  return {content: [el("div", {class: "tools"}, el("label", {}, "Partition", choice)), summary, layers, body], update};
}

/** Keeps points in time in one piece where the line is broken. */
function unbroken(text) {
  return text.split(/(\d{4}-\d\d-\d\dT[\d:.]+Z)/).map((part, i) => i % 2 ? el("span", {class: "piece"}, part) : part);
}

function kind(segment, shown) {
  return segment.goes !== undefined && segment.goes <= shown.nextCheck ? "goes" : segment.tier === "remote" ? "remote" : "local";
}

/** What the colours mean, of those that are there. */
function legend(shown) {
  const words = {local: "on this machine", remote: "in the bucket only", goes: "goes with the next check"};
  return Object.entries(words).filter(([each]) => shown.segments.some(segment => segment.bytes > 0 && kind(segment, shown) === each));
}

/** The segments as layers, the oldest left, each as wide as its share of the bytes. */
function drawn(shown) {
  const total = shown.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  if (total === 0) {
    return empty("There is nothing in this partition yet.", "Its first segment fills with the first records.");
  }
  let x = 0;
  return svg("svg", {class: "layers", viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img",
    "aria-label": `${shown.segments.length} segments of ${bytes(total)}`}, shown.segments.map((segment, i) => {
    const width = segment.bytes / total * 1000;
    const box = svg("rect", {x: x.toFixed(2), y: 0, width: width.toFixed(2), height: 10, class: kind(segment, shown)},
      svg("title", {}, shown.rows[i].join("\n")));
    x += width;
    return box;
  }));
}
