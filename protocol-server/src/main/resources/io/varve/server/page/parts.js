// SPDX-License-Identifier: Apache-2.0
// Who is connected, the settings, and what the server has logged.
import {count, el, empty, fill, Table, time} from "./dom.js";
import {ask} from "./server.js";

export function clients() {
  const hint = el("p", {class: "hint"});
  const table = new Table("Connected clients", [
    {label: "Client", class: "name", value: row => row.clientId, cell: row => row.clientId || el("span", {class: "faint"}, "no name")},
    {label: "Address", class: "tight mono", value: row => row.address, cell: row => row.address},
    {label: "Software", value: row => row.software, cell: row => row.software},
    {label: "Kafka 4 would refuse", class: "long", value: row => row.refusedByKafka4.length,
      cell: row => row.refusedByKafka4.length ? el("span", {class: "warn"}, row.refusedByKafka4.join(", ")) : el("span", {class: "good"}, "nothing")},
    {label: "Requests, in versions", class: "long", value: row => Object.keys(row.versions).length,
      cell: row => el("span", {class: "faint"}, Object.entries(row.versions).map(([api, versions]) => `${api} ${versions}`).join(", "))},
  ], row => row.address);
  const nothing = el("div");
  return {
    title: "Clients",
    content: [hint, table.node, nothing],
    async update() {
      const connected = (await ask("/api/clients")).clients;
      const old = connected.filter(row => row.refusedByKafka4.length).length;
      fill(hint, connected.length ? `${count(connected.length)} connections. ` + (old
        ? `${count(old)} of them use what Kafka 4 has given up: they work here, and would not with a Kafka 4.` : "All of them would work with a Kafka 4 too.") : "");
      table.update(connected);
      table.node.hidden = connected.length === 0;
      fill(nothing, connected.length ? null : empty("Nobody is connected.", "Clients connect to the address at the foot of this page."));
    },
  };
}

/** A table of settings, with a search and with the changed ones first in reach; its update takes the settings. */
export function settingsTable(caption, plain) {
  const filter = el("input", {type: "search", placeholder: "Part of a name, or of what it is for", autocomplete: "off", oninput: () => show()});
  const changed = el("input", {type: "checkbox", onchange: () => show()});
  const rest = el("span", {class: "rest", role: "status"});
  const table = new Table(caption, [
    {label: "Setting", class: "name", value: row => row.name, cell: row => row.documentation
      ? [row.name, el("span", {class: "small"}, row.documentation)] : row.name},
    {label: "Value", class: "long mono", value: row => row.value ?? "", cell: row => row.sensitive
      ? el("span", {class: "faint"}, "secret") : row.value === null || row.value === "" ? el("span", {class: "faint"}, "not set") : row.value},
    {label: "Source", class: "tight", value: row => row.source, cell: row => el("span", {class: row.source === plain ? "faint" : "good"}, row.source)},
  ], row => row.name);
  let all = [];
  function show() {
    const part = filter.value.toLowerCase();
    const listed = all.filter(row => (!changed.checked || row.source !== "default")
      && `${row.name} ${row.documentation ?? ""}`.toLowerCase().includes(part));
    table.update(listed);
    fill(rest, `${listed.length} of ${all.length}`);
  }
  return {
    content: [el("div", {class: "tools"}, el("label", {class: "grow"}, "Find", filter),
      el("label", {class: "check"}, changed, "Only those that are set"), rest), table.node],
    update(settings) {
      all = settings.map(row => ({...row, documentation: withoutMarkup(row.documentation)}));
      show();
    },
  };
}

/** What Kafka says of a setting, without its markup. */
function withoutMarkup(documentation) {
  return documentation?.replace(/<\/?(p|ul|ol|li|br|pre|table|tr|td|th|div)\b[^<>]*>/gi, " ")
    .replace(/<\/?(a|b|code|em|i|span|strong|tt)\b[^<>]*>/gi, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&").replace(/\s+/g, " ").trim();
}

export function settings() {
  const table = settingsTable("Settings of the broker", "default");
  return {
    title: "Settings",
    content: table.content,
    async update() {
      table.update((await ask("/api/settings")).settings);
    },
  };
}

export function log() {
  const table = new Table("Warnings and errors", [
    {label: "Time", class: "tight mono", value: row => row.time, cell: row => time(row.time)},
    {label: "Level", value: row => row.level, cell: row => el("span", {class: `pill ${row.level === "ERROR" ? "bad" : "warn"}`}, row.level)},
    {label: "Message", class: "long wide", value: row => row.message, cell: row => row.message},
    {label: "From", value: row => row.logger, cell: row => el("span", {class: "faint"}, row.logger)},
  ], row => row.key);
  const nothing = el("div");
  return {
    title: "Warnings and errors",
    content: [table.node, nothing],
    async update() {
      const problems = (await ask("/api/problems")).problems;
      const seen = new Map();
      for (const row of [...problems].reverse()) {
        const same = `${row.time} ${row.logger} ${row.message}`;
        seen.set(same, (seen.get(same) ?? 0) + 1);
        row.key = `${same} ${seen.get(same)}`;
      }
      table.update(problems);
      table.node.hidden = problems.length === 0;
      fill(nothing, problems.length ? null : empty("Nothing went wrong since the start.", "The last 200 warnings and errors of the log would be here."));
    },
  };
}
