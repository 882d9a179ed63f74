// Single keys, as long as nobody is typing; a person can switch them off (data-shortcuts="off" on the body).

const shortcuts = new Map();

// Whether a key that was pressed is meant as a shortcut.
desk.isShortcut = (event) =>
    document.body.dataset.shortcuts !== "off" &&
    !event.defaultPrevented &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey &&
    !event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open], [role=listbox], [contenteditable]");

// Register what a key does; `title` is its line in the map of keys.
desk.onKey = (key, title, run) => shortcuts.set(key, { title, run });

document.addEventListener("keydown", (event) => {
    const shortcut = shortcuts.get(event.key === " " ? "Space" : event.key);
    if (!shortcut || !desk.isShortcut(event)) return;
    if (event.key === " " && event.target.closest("button, summary, input")) return;
    event.preventDefault();
    shortcut.run(event);
});

desk.onKey("?", "this map", () => {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog key-map";
    dialog.setAttribute("aria-label", "Keys");
    const list = document.createElement("dl");
    for (const [key, { title }] of [["Ctrl K", { title: "search or jump to" }], ...shortcuts]) {
        const term = document.createElement("dt");
        term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        list.append(term, Object.assign(document.createElement("dd"), { textContent: title }));
    }
    dialog.append(Object.assign(document.createElement("h2"), { textContent: "Keys" }), list);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
});
