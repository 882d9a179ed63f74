// Many tickets at once: the bar for what is selected, the question before, and how far a long one is.

(() => {
    const list = document.getElementById("list");
    const bar = document.getElementById("bulk-bar");
    const running = document.getElementById("bulk-running");
    const options = JSON.parse(document.getElementById("field-options")?.textContent || "{}");
    const boxes = () => [...list.querySelectorAll("[name=_selected_action]")];
    const selected = () => boxes().filter((box) => box.checked);
    let everything = false;

    function showSelection() {
        const count = selected().length;
        const whole = count > 0 && count === boxes().length;
        everything &&= whole;
        bar.hidden = !count;
        const all = document.getElementById("select-all");
        all.checked = whole;
        all.indeterminate = count > 0 && !whole;
        const offer = document.getElementById("bulk-all");
        if (offer) offer.hidden = !whole || everything;
        document.getElementById("bulk-count").textContent = everything
            ? `All ${offer.textContent.match(/[\d,+]+/)[0]} that match`
            : `${count} selected`;
        const exported = document.getElementById("bulk-export");
        if (!exported) return;
        exported.hidden = false;
        exported.search = everything ? bar.dataset.query : `id=${selected().map((box) => box.value).join(",")}`;
    }

    function select(checked) {
        for (const box of boxes()) box.checked = checked;
        everything = false;
        showSelection();
    }

    function content(field, value) {
        const form = new FormData();
        form.set("field", field);
        form.set("value", value);
        if (everything) {
            form.set("all", "1");
            form.set("query", bar.dataset.query);
        } else {
            for (const box of selected()) form.append("ids", box.value);
        }
        return form;
    }

    // Ask first, then change, then say it; whatever fails leaves the selection as it was.
    async function change(field, value) {
        try {
            const { html } = await desk.post(bar.dataset.preview, content(field, value));
            if (!(await confirmed(html))) return;
            const answer = await desk.post(bar.dataset.change, content(field, value));
            if (answer.finished) done(answer);
            else follow(answer);
        } catch (failure) {
            desk.toastFailure(failure, () => change(field, value));
        }
    }

    function confirmed(html) {
        const place = document.createElement("div");
        place.innerHTML = html;
        const dialog = place.querySelector("dialog");
        document.body.append(place);
        dialog.showModal();
        return new Promise((resolve) => {
            dialog.addEventListener("close", () => {
                place.remove();
                resolve(dialog.returnValue === "change");
            });
        });
    }

    // The rows are shown anew; the toast with its Undo is put over the new page.
    function done(answer) {
        sessionStorage.setItem("bulkDone", JSON.stringify(answer));
        location.reload();
    }

    async function follow(answer) {
        running.hidden = false;
        const meter = running.querySelector("progress");
        meter.max = answer.total;
        const address = `${running.dataset.url.replace("00000000-0000-0000-0000-000000000000", answer.batch)}`;
        running.querySelector("button").onclick = () => desk.post(`${address}cancel/`).catch(desk.toastFailure);
        let now = answer;
        while (!now.finished) {
            meter.value = now.done;
            running.querySelector("span").textContent = `${now.done.toLocaleString("en")} of ${now.total.toLocaleString("en")} tickets`;
            await new Promise((resolve) => setTimeout(resolve, 1000));
            now = await desk.get(address, { headers: { "X-Helpdesk-Poll": "1" } }).catch(() => now);
        }
        done(now);
    }

    const last = sessionStorage.getItem("bulkDone");
    if (last) {
        sessionStorage.removeItem("bulkDone");
        const { said, batch } = JSON.parse(last);
        desk.toast(said, { label: "Undo", key: "z", run: () => desk.undo(batch) });
    }
    if (running?.dataset.batch) follow({ batch: running.dataset.batch, done: 0, total: Number(running.dataset.total) });

    if (!bar) return;
    document.getElementById("bulk-fields").hidden = false;
    // Whether there is a selection; what then follows is the same question as for other changes.
    desk.takeOverSelected = () => {
        const some = selected().length > 0;
        if (some) change("assignee", list.dataset.me);
        return some;
    };
    document.getElementById("bulk-take").addEventListener("click", desk.takeOverSelected);
    list.addEventListener("change", (event) => {
        if (event.target.id === "select-all") select(event.target.checked);
        else showSelection();
    });
    document.getElementById("bulk-clear").addEventListener("click", () => select(false));
    document.getElementById("bulk-all")?.addEventListener("click", () => {
        everything = true;
        showSelection();
    });
    for (const button of bar.querySelectorAll("[data-bulk]")) {
        const field = button.dataset.bulk;
        button.addEventListener("click", () =>
            desk.menu(button, {
                title: `${button.textContent} of ${document.getElementById("bulk-count").textContent}`,
                options: options[field],
                current: null,
                pick: (value) => change(field, value),
            }),
        );
    }
    showSelection();
})();
