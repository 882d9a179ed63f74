// Search or jump to: tickets by number, words or requester, pages and actions. Ctrl+K from anywhere.

document.addEventListener("DOMContentLoaded", () => {
    const palette = document.getElementById("palette");
    if (!palette) return;
    const input = palette.querySelector("input");
    const list = palette.querySelector("ul");
    const note = palette.querySelector(".palette-note");
    let timer, request;

    const items = () => [...list.querySelectorAll("[role=option]")];
    const current = () => list.querySelector("[aria-selected=true]");
    const select = (item) => {
        current()?.setAttribute("aria-selected", "false");
        item?.setAttribute("aria-selected", "true");
        item?.scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", item?.id || "");
    };
    const look = async () => {
        request?.abort();
        request = new AbortController();
        const words = input.value.trim();
        try {
            const url = `${input.dataset.url}?q=${encodeURIComponent(words)}`;
            const { html } = await desk.get(url, { headers: { Accept: "text/html" }, signal: request.signal });
            list.innerHTML = html;
            select(items()[0]);
            note.textContent = items().length ? "" : `Nothing found for “${words}”.`;
        } catch (failure) {
            if (failure.name !== "AbortError") note.textContent = failure.message;
        }
    };
    const open = () => {
        palette.showModal();
        input.select();
        look();
    };

    input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(look, 150);
    });
    palette.addEventListener("keydown", (event) => {
        const all = items();
        const at = all.indexOf(current());
        if (event.key === "ArrowDown") select(all[(at + 1) % all.length]);
        else if (event.key === "ArrowUp") select(all[(at - 1 + all.length) % all.length]);
        else if (event.key === "Enter" && current()) go(current().querySelector("a").href, event.ctrlKey || event.metaKey);
        else return;
        event.preventDefault();
    });
    palette.addEventListener("click", (event) => event.target === palette && palette.close());
    document.addEventListener("keydown", (event) => {
        if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !palette.open) {
            event.preventDefault();
            open();
        }
    });
    for (const button of document.querySelectorAll("[data-opens=palette]")) button.addEventListener("click", open);
});

function go(address, inNewTab) {
    if (inNewTab) window.open(address, "_blank", "noopener");
    else location.assign(address);
}
