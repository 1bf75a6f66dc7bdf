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

/** Asks for JSON. parameters: those that are empty are left out. */
export async function ask(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined) {
      query.set(name, value);
    }
  }
  const text = query.toString();
  let response;
  try {
    response = await fetch(text ? `${path}?${text}` : path, {cache: "no-store"});
  } catch (failure) {
    trouble.textContent = "The server does not answer. What you see is what it said last.";
    trouble.hidden = false;
    throw new Refused(0, "the server does not answer");
  }
  trouble.hidden = true;
  const body = await response.json().catch(() => ({error: `the server answered ${response.status}`}));
  if (!response.ok) {
    throw new Refused(response.status, body.error);
  }
  return body;
}
