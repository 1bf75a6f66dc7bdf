// SPDX-License-Identifier: Apache-2.0
// Asks the server, and says when it does not answer.

const trouble = document.getElementById("trouble");

/** What the server refuses: its message is for the reader. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const waiting = [];
let known = false;

/** Passes on what the server says of itself, once it answers, and again when it was away. */
export function onServer(show) {
  waiting.push(show);
  introduce();
}

async function introduce() {
  known = true;
  try {
    const server = await ask("/api/server");
    waiting.forEach(show => show(server));
  } catch (failure) {
    known = failure.status !== 0;
  }
}

/** Gets an answer of any status. Where the server does not answer, says so until it does. */
export async function reach(address) {
  let response;
  try {
    response = await fetch(address, {cache: "no-store"});
  } catch (failure) {
    trouble.textContent = "The server does not answer. What you see is what it said last.";
    trouble.hidden = false;
    known = false;
    throw new Refused(0, "the server does not answer");
  }
  trouble.hidden = true;
  if (!known) {
    introduce();
  }
  return response;
}

/** Asks for JSON. parameters: those that are empty are left out. */
export async function ask(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined) {
      query.set(name, value);
    }
  }
  const text = query.toString();
  const response = await reach(text ? `${path}?${text}` : path);
  const body = await response.json().catch(() => ({error: `the server answered ${response.status}`}));
  if (!response.ok) {
    throw new Refused(response.status, body.error);
  }
  return body;
}
