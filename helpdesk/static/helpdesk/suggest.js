// "Suggest with AI": asks for a proposal, fills category and priority without a reload, and never blocks the form.
"use strict";

(() => {
  const panel = document.getElementById("triage");
  const button = document.getElementById("suggest-button");
  const answer = document.getElementById("suggest-answer");
  const form = panel.closest("form");
  const chosen = form.elements.namedItem("suggestion");
  const FIELDS = ["category", "priority"];
  const SIGNED_OUT = "You are no longer signed in. Sign in again in another window, then try once more here.";
  let before = {};

  const say = (text, kind) => {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    answer.replaceChildren(line);
  };

  const set = (name, value) => {
    const field = form.elements.namedItem(name);
    if (field && field.value !== value) {
      field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  const post = (url, fields) =>
    fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value },
      body: new URLSearchParams(fields),
    });

  const use = (suggestion) => {
    if (!chosen.value) before = Object.fromEntries(FIELDS.map((name) => [name, form.elements.namedItem(name)?.value ?? ""]));
    FIELDS.forEach((name) => set(name, suggestion.dataset[name]));
    chosen.value = suggestion.dataset.suggestion;
    const action = suggestion.querySelector('[data-action="use"]');
    action.textContent = "Filled in below";
    action.disabled = true;
  };

  const dismiss = async (suggestion) => {
    if (chosen.value === suggestion.dataset.suggestion) {
      FIELDS.forEach((name) => set(name, before[name]));
      chosen.value = "";
    }
    try {
      const response = await post(suggestion.dataset.url, {});
      if (response.redirected) say(SIGNED_OUT, "triage-error");
      else if (response.ok) say("Dismissed. The fields are as they were.", "triage-hint");
      else say((await response.json()).detail, "triage-error");
    } catch {
      say("The fields are as they were, but the server could not be reached.", "triage-error");
    }
  };

  const suggest = async () => {
    const fields = { title: form.elements.namedItem("title").value, description: form.elements.namedItem("description").value };
    button.disabled = true;
    say("Reading the ticket…", "triage-hint");
    try {
      const response = await post(panel.dataset.suggestUrl, fields);
      if (response.redirected) {
        say(SIGNED_OUT, "triage-error");
      } else if (response.status === 200 || response.status === 400) {
        answer.innerHTML = await response.text();
        const suggestion = answer.querySelector("[data-suggestion]");
        if (suggestion) use(suggestion);
      } else {
        say(`No suggestion this time (error ${response.status}). Choose the values yourself, or try again.`, "triage-error");
      }
    } catch {
      say("The server could not be reached. Choose the values yourself, or try again.", "triage-error");
    } finally {
      button.disabled = false;
    }
  };

  // Django focuses the first field of a new ticket, but often before unfold has made the page visible.
  if (document.activeElement === document.body) form.elements.namedItem("title").focus();

  button.addEventListener("click", suggest);
  answer.addEventListener("click", (event) => {
    const suggestion = event.target.closest("[data-suggestion]");
    ({ use, dismiss })[event.target.dataset.action]?.(suggestion);
  });
})();
