// A ticket beside the list: what it says, and a composer that keeps its draft when one moves on.

desk.preview = (() => {
    const list = document.getElementById("list");
    const preview = document.getElementById("preview");
    let composer = null;

    const fetchPage = (ticket) =>
        desk.get(`${list.dataset.url}${ticket}/preview/${list.dataset.place}`, { headers: { Accept: "text/html" } });

    // What was said meanwhile, above the text that is being written.
    async function refresh(root) {
        const { html } = await fetchPage(root.dataset.ticket);
        const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".preview-messages");
        root.querySelector(".preview-messages").replaceWith(fresh);
    }

    function told(root, row, detail) {
        root.dataset.seen = detail.seen;
        root.querySelector(".composer [name=seen]").value = detail.seen;
        for (const field of detail.fields || []) {
            if (row.querySelector(`[data-field="${field.field}"]`)) desk.showField(field);
        }
        refresh(root).catch(desk.toastFailure);
    }

    return {
        // Resolves when the ticket of this row is shown, unless `isMeant` says that another one is by now.
        async show(row, isMeant) {
            await composer?.save();
            preview.hidden = false;
            const { html } = await fetchPage(row.dataset.ticket);
            if (!isMeant()) return;
            preview.innerHTML = html;
            const root = preview.querySelector(".preview-ticket");
            const form = root.querySelector(".composer");
            composer = form && desk.openComposer(form);
            root.addEventListener("entries", ({ detail }) => told(root, row, detail));
        },
        hide() {
            composer?.save();
            composer = null;
            preview.hidden = true;
            preview.replaceChildren();
        },
        // "reply" or "note"; false when this person may not write.
        write(kind) {
            composer?.write(kind);
            return composer !== null;
        },
    };
})();
