// SPDX-License-Identifier: Apache-2.0
// What lies in the bucket, what waits for it, and what it costs: read from /metrics, of the topics that are shown to the reader.
import {bytes, count, el, empty, fill, link, Table} from "./dom.js";
import {ask, reach, Refused} from "./server.js";

/** The samples of Prometheus' text format whose names begin so: [{name, labels, value}]. */
export function samples(text, prefix) {
  return text.split("\n").filter(line => line.startsWith(prefix)).map(line => {
    const [, name, labels, value] = line.match(/^(\w+)(?:\{(.*)\})? (\S+)/);
    const pairs = [...(labels ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    return {name: name.slice(prefix.length), value: Number(value),
      labels: Object.fromEntries(pairs.map(([, key, quoted]) => [key, quoted.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c)]))};
  });
}

/** The metrics' name for all topics that have no series of their own. */
const OTHER = "other";

function dollars(number) {
  if (number === undefined) {
    return "–";
  }
  return number === 0 ? "$0" : number < 0.0001 ? "< $0.0001" : `$${number.toFixed(number < 1 ? 4 : 2)}`;
}

function waiting(segments, seconds) {
  return segments === 0 ? "all sealed segments are in the bucket" : `${count(segments)} segments, the oldest for ${count(Math.round(seconds))} s`;
}

/** One object for each topic, with the sums of its samples by name. */
function byTopic(all) {
  const topics = new Map();
  for (const {name, labels, value} of all.filter(each => each.labels.topic !== undefined)) {
    const row = topics.get(labels.topic) ?? {topic: labels.topic};
    row[name] = (row[name] ?? 0) + value;
    topics.set(labels.topic, row);
  }
  return [...topics.values()];
}

export function tier() {
  const cards = el("div", {class: "cards"});
  const table = new Table("Topics in the bucket", [
    {label: "Topic", class: "name", value: row => row.topic, cell: row => visible.has(row.topic) ? link(row.topic, "topic", row.topic, "segments") : "all others"},
    {label: "In the bucket", class: "number", value: row => row.stored_bytes ?? 0, cell: row => bytes(row.stored_bytes ?? 0)},
    {label: "A month of it", class: "number", value: row => row.stored_dollars_per_month ?? 0, cell: row => dollars(row.stored_dollars_per_month)},
    {label: "Requests", class: "number", value: row => row.requests_total ?? 0, cell: row => count(row.requests_total ?? 0)},
    {label: "Failed", class: "number", value: row => row.requests_failed_total ?? 0,
      cell: row => el("span", {class: row.requests_failed_total ? "warn" : "faint"}, count(row.requests_failed_total ?? 0))},
    {label: "Moved", class: "number", value: row => row.moved_bytes_total ?? 0, cell: row => bytes(row.moved_bytes_total ?? 0)},
    {label: "Requests cost", class: "number", value: row => row.request_dollars_total ?? 0, cell: row => dollars(row.request_dollars_total)},
  ], row => row.topic, {column: 1, descending: true});
  const nothing = el("div");
  /** The topics whose samples were seen, and which of them the reader may see. */
  const seen = new Set();
  let visible = new Set();

  /** Asks for the names of topics only when one is new: there may be thousands. */
  async function isVisible(rows) {
    if (rows.some(row => !seen.has(row.topic))) {
      visible = new Set((await ask("/api/names")).names);
      rows.forEach(row => seen.add(row.topic));
    }
    return row => visible.has(row.topic) || row.topic === OTHER;
  }

  function card(title, value, note) {
    return el("section", {class: "card"}, el("h2", {}, title), el("div", {class: "value"}, value), el("div", {class: "note"}, note));
  }

  return {
    title: "Tier",
    content: [cards, table.node, nothing],
    async update() {
      const response = await reach("/metrics");
      if (!response.ok) {
        throw new Refused(response.status, await response.text());
      }
      const all = samples(await response.text(), "varve_tier_");
      const listed = byTopic(all);
      const rows = listed.filter(await isVisible(listed));
      const one = name => all.find(each => each.name === name)?.value;
      const sum = name => rows.reduce((total, row) => total + (row[name] ?? 0), 0);
      fill(cards, all.length === 0 ? null : [
        card("In the bucket", bytes(sum("stored_bytes")), `${dollars(sum("stored_dollars_per_month"))} a month`),
        card("Requests cost", dollars(sum("request_dollars_total")), "since the start, by the price table"),
        card("Waits for its upload", bytes(one("backlog_bytes") ?? 0), waiting(one("backlog_segments") ?? 0, one("backlog_age_seconds") ?? 0)),
        card("Cache", bytes(all.filter(each => each.name === "cache_bytes").reduce((total, each) => total + each.value, 0)), "of chunks that were read"),
      ]);
      table.update(rows);
      table.node.hidden = rows.length === 0;
      fill(nothing, rows.length ? null : all.length ? empty("No topic has anything in the bucket.", "Segments are uploaded when they are full or idle, of topics with remote.storage.enable=true.")
        : empty("This server has no tier.", "With ", el("code", {}, "storage.backend=s3"), " sealed segments go to a bucket; config/server-s3.properties is an example."));
    },
  };
}
