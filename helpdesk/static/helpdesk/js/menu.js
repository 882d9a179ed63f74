// Menus: a list of values that opens below the thing it changes, and the <details> that hold menus.

// Options are {value, label, icon}; icon is the class of a mark, `key` the one that opens this menu.
// `pick(value)` is called with the chosen one. Arrows, Home, End, the first letter and the digits move and choose; Esc goes back.
desk.menu = (anchor, { title, key, options, current, pick }) => {
    const menu = document.createElement("div");
    menu.className = "menu value-menu";
    const head = Object.assign(document.createElement("p"), { className: "menu-title", textContent: title });
    if (key) head.append(keyHint(key));
    menu.append(head);
    const list = Object.assign(document.createElement("ul"), { tabIndex: -1 });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", title);
    const items = options.map((option, index) => menuItem(option, index, option.value === current));
    list.append(...items);
    menu.append(list);
    const close = () => {
        document.removeEventListener("pointerdown", onPointer, true);
        window.removeEventListener("resize", close);
        window.removeEventListener("scroll", onScroll, true);
        menu.remove();
        anchor.setAttribute("aria-expanded", "false");
        anchor.focus({ preventScroll: true });
    };
    const placed = anchor.getBoundingClientRect();
    // The event of a scroll that is over may come late: only one that moves the anchor away matters.
    const onScroll = () => {
        const now = anchor.getBoundingClientRect();
        if (now.top !== placed.top || now.left !== placed.left) close();
    };
    const choose = (item) => {
        close();
        if (item.dataset.value !== current) pick(item.dataset.value);
    };
    const onPointer = (event) => menu.contains(event.target) || close();
    menu.addEventListener("click", (event) => {
        const item = event.target.closest("[role=option]");
        if (item) choose(item);
    });
    menu.addEventListener("keydown", (event) => {
        const at = items.indexOf(document.activeElement);
        if (event.key === "Escape" || event.key === "Tab") close();
        else if (event.key === "Enter" || event.key === " ") choose(items[Math.max(at, 0)]);
        else if (/^[1-9]$/.test(event.key) && items[event.key - 1]) choose(items[event.key - 1]);
        else items[nextItem(items, at, event.key)]?.focus();
        event.preventDefault();
        event.stopPropagation();
    });
    (anchor.closest("dialog") || document.body).append(menu);
    placeBelow(menu, anchor);
    anchor.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", onPointer, true);
    window.addEventListener("resize", close);
    window.addEventListener("scroll", onScroll, true);
    (items.find((item) => item.getAttribute("aria-selected") === "true") || items[0])?.focus();
};

function menuItem(option, index, isCurrent) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(isCurrent));
    item.tabIndex = -1;
    item.dataset.value = option.value;
    const mark = Object.assign(document.createElement("span"), { className: option.icon || "" });
    mark.setAttribute("aria-hidden", "true");
    item.append(mark, Object.assign(document.createElement("span"), { textContent: option.label }));
    if (index < 9) item.append(keyHint(index + 1));
    return item;
}

function keyHint(key) {
    const hint = Object.assign(document.createElement("kbd"), { textContent: key });
    hint.setAttribute("aria-hidden", "true");
    return hint;
}

// The item that a key leads to: arrows go around, a letter goes to the next label that begins with it.
function nextItem(items, at, key) {
    if (key === "ArrowDown") return (at + 1) % items.length;
    if (key === "ArrowUp") return (at - 1 + items.length) % items.length;
    if (key === "Home") return 0;
    if (key === "End") return items.length - 1;
    const begins = (item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase());
    const after = items.findIndex((item, index) => index > at && begins(item));
    return after >= 0 ? after : items.findIndex(begins);
}

function placeBelow(menu, anchor) {
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = at.bottom + 4 + height <= innerHeight;
    menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
    menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
}

// A <details data-menu> closes on Esc and on a click elsewhere, as menus do.
document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
        if (!menu.contains(event.target)) menu.open = false;
    }
});
document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details[data-menu][open]");
    if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
    }
});
