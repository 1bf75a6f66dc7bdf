// SPDX-License-Identifier: Apache-2.0
// Groups of consumers, and how far behind they are.
import {count, el, empty, fill, link, Table} from "./dom.js";
import {bar} from "./charts.js";
import {ask} from "./server.js";

const GOOD = new Set(["Stable"]);

function state(name) {
  return el("span", {class: `pill ${GOOD.has(name) ? "good" : name === "Empty" || name === "Dead" ? "faint" : "warn"}`}, name);
}

/** How far behind; gone: how many of these offsets retention has deleted before the group has read them. */
function lag(number, gone) {
  return number === undefined ? el("span", {class: "faint"}, "unknown")
    : gone ? [count(number), el("span", {class: "small warn"}, `${count(gone)} of them deleted`)] : count(number);
}

export function groups() {
  const table = new Table("Groups", [
    {label: "Group", class: "name", value: row => row.id, cell: row => link(row.id, "group", row.id)},
    {label: "Lag", class: "number", value: row => row.lag ?? -1, cell: row => lag(row.lag, row.gone)},
    {label: "State", value: row => row.state, cell: row => state(row.state)},
    {label: "Type", value: row => row.type, cell: row => row.type},
    {label: "Partitions", class: "number", value: row => row.partitions ?? 0, cell: row => count(row.partitions)},
  ], row => row.id, {column: 1, descending: true});
  const nothing = el("div");
  return {
    title: "Groups",
    content: [table.node, nothing],
    async update() {
      const listed = (await ask("/api/groups")).groups;
      table.update(listed);
      table.node.hidden = listed.length === 0;
      fill(nothing, listed.length > 0 ? null : empty("No group reads from this server.", "A group appears with its first consumer, for instance",
        el("br"), el("code", {}, "bin/kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic orders --group app")));
    },
  };
}

export function group([id]) {
  const facts = el("dl", {class: "facts"});
  const partitions = new Table(`Partitions of ${id}`, [
    {label: "Topic", class: "name", value: row => row.topic, cell: row => link(row.topic, "topic", row.topic)},
    {label: "Partition", class: "number", value: row => row.partition, cell: row => count(row.partition)},
    {label: "Lag", class: "number", value: row => row.lag ?? -1, cell: row => row.offset === undefined ? el("span", {class: "faint"}, "nothing done yet") : lag(row.lag, row.gone)},
    {label: "Done up to", class: "number", value: row => row.offset ?? -1, cell: row => count(row.offset)},
    {label: "End", class: "number", value: row => row.end ?? -1, cell: row => count(row.end)},
    {label: "Done", class: "chartcell", value: row => share(row), cell: row => row.end ? bar(share(row), "Done") : null},
    {label: "Member", class: "long", value: row => row.member, cell: row => row.member || el("span", {class: "faint"}, "nobody")},
  ], row => `${row.topic}/${row.partition}`);
  const members = new Table(`Members of ${id}`, [
    {label: "Member", class: "name", value: row => row.id, cell: row => row.id},
    {label: "Client", class: "long", value: row => row.clientId, cell: row => row.clientId},
    {label: "Host", value: row => row.host, cell: row => row.host},
    {label: "Partitions", class: "number", value: row => row.partitions, cell: row => row.tasks ? null : count(row.partitions)},
    {label: "Tasks", class: "long", value: row => row.tasks, cell: row => row.tasks},
  ], row => row.id);
  const noPartitions = el("div");
  const noMembers = el("div");
  return {
    title: id,
    crumb: [link("Groups", "groups"), " /"],
    content: [facts, el("h2", {}, "Partitions"), partitions.node, noPartitions, el("h2", {}, "Members"), members.node, noMembers],
    async update() {
      const one = await ask("/api/group", {group: id});
      fill(facts, [el("dt", {}, "Lag"), el("dd", {}, lag(one.lag, one.gone)), el("dt", {}, "State"), el("dd", {}, state(one.state)),
        el("dt", {}, "Type"), el("dd", {}, one.protocol && one.protocol !== "consumer" && one.protocol !== one.type ? `${one.type}, ${one.protocol}` : one.type)]);
      partitions.update(one.partitions);
      partitions.node.hidden = one.partitions.length === 0;
      fill(noPartitions, one.partitions.length ? null : empty("The group has no partitions.", "It has neither members nor committed offsets."));
      members.update(one.members);
      members.node.hidden = one.members.length === 0;
      fill(noMembers, one.members.length ? null : empty("Nobody is in the group now.", "Its offsets stay, so that its consumers go on where they stopped."));
    },
  };
}

function share(row) {
  return row.end ? Math.min(1, (row.offset ?? 0) / row.end) : 1;
}
