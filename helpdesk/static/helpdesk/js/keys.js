// Single keys, as long as nobody is typing; a person can switch them off (data-shortcuts="off" on the page).

const shortcuts = new Map();
// What these keys operate where it has the focus.
const OPERATED_BY = { " ": "button, summary, input", Enter: "a[href], button, summary" };
const page = () => document.querySelector("[data-shortcuts]");

// Whether a key that was pressed is meant as a shortcut.
desk.isShortcut = (event) =>
    page()?.dataset.shortcuts !== "off" &&
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
    if (event.target.closest(OPERATED_BY[event.key] || ":not(*)")) return;
    event.preventDefault();
    shortcut.run(event);
});

// The switch for this person, where the page says where it is kept.
function keySwitch() {
    const box = Object.assign(document.createElement("input"), {
        type: "checkbox",
        checked: page().dataset.shortcuts !== "off",
    });
    box.addEventListener("change", async () => {
        const shortcuts = box.checked ? "on" : "off";
        try {
            desk.toast((await desk.post(page().dataset.shortcutsUrl, { shortcuts })).said);
            page().dataset.shortcuts = shortcuts;
        } catch (failure) {
            box.checked = !box.checked;
            desk.toastFailure(failure);
        }
    });
    const label = Object.assign(document.createElement("label"), { className: "key-switch" });
    label.append(box, " Single keys");
    return label;
}

desk.showKeys = () => {
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
    if (page()?.dataset.shortcutsUrl) dialog.append(keySwitch());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
};

desk.onKey("?", "this map", desk.showKeys);
document.addEventListener("click", (event) => event.target.closest("[data-opens=keys]") && desk.showKeys());
