// The list by keyboard: j k move, x selects, Enter opens, Space previews, s p c a change the field.

(() => {
    const list = document.getElementById("list");
    const preview = document.getElementById("preview");
    const rows = () => [...list.querySelectorAll("tbody tr")];
    const current = () => list.querySelector("tr.current");
    const link = (row) => row.querySelector(".col-title a");

    function move(row) {
        if (!row) return;
        current()?.classList.remove("current");
        row.classList.add("current");
        link(row).focus({ preventScroll: true });
        row.scrollIntoView({ block: "nearest" });
        if (!preview.hidden) showPreview(row);
    }

    function step(by) {
        const all = rows();
        const at = all.indexOf(current());
        move(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]);
    }

    const withRow = (run) => () => {
        const row = current() || rows()[0];
        if (!row) return;
        if (row !== current()) move(row);
        run(row);
    };
    const change = (field) =>
        withRow((row) => {
            const place = row.querySelector(`button[data-field=${field}]`);
            if (place) desk.openField(place);
            else desk.toast("You may read tickets, not change them.");
        });

    const takeOver = withRow((row) => desk.takeOver(row.querySelector("button[data-field=assignee]")));

    async function showPreview(row) {
        try {
            await desk.preview.show(row, () => current() === row);
        } catch (failure) {
            preview.textContent = failure.message;
        }
    }

    function hidePreview() {
        desk.preview.hide();
        current() && link(current()).focus();
    }

    const write = (kind) =>
        withRow(async (row) => {
            if (preview.hidden) await showPreview(row);
            if (!desk.preview.write(kind)) desk.toast("You may read tickets, not write in them.");
        });

    desk.onKey("j", "next ticket", () => step(1));
    desk.onKey("k", "previous ticket", () => step(-1));
    desk.onKey("x", "select", withRow((row) => row.querySelector("[name=_selected_action]")?.click()));
    desk.onKey("Enter", "open", withRow((row) => link(row).click()));
    desk.onKey("Space", "preview", withRow((row) => (preview.hidden ? showPreview(row) : hidePreview())));
    desk.onKey("r", "reply", write("reply"));
    desk.onKey("n", "note", write("note"));
    desk.onKey("s", "status", change("status"));
    desk.onKey("p", "priority", change("priority"));
    desk.onKey("c", "category", change("category"));
    desk.onKey("a", "assignee", change("assignee"));
    desk.onKey("t", "take over", () => desk.takeOverSelected?.() || takeOver());
    desk.onKey("/", "search", () => document.querySelector("#changelist-search input").select());
    desk.onKey("Escape", "close the preview", hidePreview);

    preview.addEventListener("click", (event) => {
        const { preview: what } = event.target.closest("[data-preview]")?.dataset || {};
        if (what === "close") hidePreview();
        else if (what) step(Number(what));
    });
    list.addEventListener("focusin", (event) => {
        const row = event.target.closest("tbody tr");
        if (!row || row === current()) return;
        current()?.classList.remove("current");
        row.classList.add("current");
    });
    list.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.submit());

    // New tickets announce themselves and never move the rows under the hand.
    const announcement = document.getElementById("new-rows");
    desk.poll(
        () => `${list.dataset.poll}${list.dataset.poll.includes("?") ? "&" : "?"}after=${list.dataset.newest}`,
        ({ count }) => {
            announcement.hidden = !count;
            announcement.lastElementChild.textContent = `${count} new`;
        },
    );
})();
