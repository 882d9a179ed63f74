// Fields that are changed where they stand: [data-field] inside [data-ticket]. Each is saved at once, told by
// a toast with Undo, and never written over what a colleague chose meanwhile.

(() => {
    const NAMES = { status: "Status", priority: "Priority", category: "Category", assignee: "Assignee", title: "Title" };
    const page = () => document.querySelector("[data-field-url]");
    const options = JSON.parse(document.getElementById("field-options")?.textContent || "{}");
    const option = (field, value) => options[field]?.find((one) => one.value === value);

    // Every place on the page that shows this field of this ticket.
    const places = (ticket, field) =>
        document.querySelectorAll(`[data-ticket="${ticket}"] [data-field="${field}"]`);

    // What the page says of it now; a mark without a text has its label in its title.
    const said = (ticket, field) => {
        const [place] = places(ticket, field);
        return place.querySelector("span")?.textContent || place.title;
    };

    function show({ ticket, field, value, label, due }) {
        for (const place of places(ticket, field)) {
            place.dataset.value = value;
            const text = place.querySelector("span");
            if (text) text.textContent = label;
            const mark = place.querySelector("i");
            if (mark && field === "assignee") {
                mark.className = `avatar${value ? (value === page().dataset.me ? " avatar-me" : "") : " avatar-nobody"}`;
                mark.textContent = value ? initials(label) : "";
            } else if (mark) {
                mark.className = option(field, value)?.icon || mark.className;
            }
            if (place.hasAttribute("aria-label")) place.setAttribute("aria-label", `${NAMES[field]} of #${ticket}: ${label}`);
            if (place.title) place.title = label;
        }
        if (due !== undefined) {
            for (const clock of document.querySelectorAll(`[data-ticket="${ticket}"] [data-due]`)) clock.innerHTML = due;
        }
        document.dispatchEvent(new CustomEvent("fieldchanged", { detail: { ticket, field, value } }));
    }

    function initials(name) {
        const words = name.split(/\s+/);
        return (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 2)).toUpperCase();
    }

    desk.showField = show;

    // Save `value`; shown at once, and put back when it was not saved.
    desk.changeField = async (ticket, field, value, was) => {
        const label = option(field, value)?.label || value;
        // The old one may be no option any more, such as a person who has left.
        const before = said(ticket, field);
        show({ ticket, field, value, label });
        try {
            const url = page().dataset.fieldUrl.replace("/0/", `/${ticket}/`);
            const answer = await desk.post(url, { field, value, was });
            show(answer);
            desk.toast(answer.said, { label: "Undo", key: "z", run: () => desk.undo(answer.batch) });
        } catch (failure) {
            if (failure.status === 409) {
                show(failure.data);
                return conflict(ticket, field, value, before, failure.data);
            }
            show({ ticket, field, value: was, label: before });
            desk.toastFailure(failure, () => desk.changeField(ticket, field, value, was));
        }
    };

    desk.undo = async (batch) => {
        try {
            const answer = await desk.post(page().dataset.undoUrl, { batch });
            for (const one of answer.tickets || []) show(one);
            const reload = answer.tickets ? null : { label: "Show", run: () => location.reload() };
            const { left } = answer;
            desk.toast(answer.said, left.length ? { label: `See the ${left.length}`, run: () => showLeft(left) } : reload);
        } catch (failure) {
            desk.toastFailure(failure, () => desk.undo(batch));
        }
    };

    // What an undo did not put back, and why: [ticket, fields, reason].
    function showLeft(left) {
        const dialog = Object.assign(document.createElement("dialog"), { className: "dialog left-behind" });
        dialog.setAttribute("aria-label", "Not put back");
        const rows = left.map(([ticket, fields, reason]) => {
            const link = Object.assign(document.createElement("a"), { textContent: `#${ticket}`, href: `${ticket}/change/` });
            const row = document.createElement("li");
            row.append(link, ` ${[fields.join(", "), reason].filter(Boolean).join(": ")}`);
            return row;
        });
        const list = document.createElement("ul");
        list.append(...rows);
        dialog.append(Object.assign(document.createElement("h2"), { textContent: "Not put back" }), list);
        dialog.addEventListener("close", () => dialog.remove());
        dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
        document.body.append(dialog);
        dialog.showModal();
    }

    // Somebody was quicker: both values, and one of them is chosen.
    function conflict(ticket, field, value, before, theirs) {
        const template = document.getElementById("conflict").content.cloneNode(true);
        const dialog = template.querySelector("dialog");
        const fill = (name, text) => (dialog.querySelector(`[data-fill=${name}]`).textContent = text);
        const mine = option(field, value)?.label || value;
        fill("title", theirs.detail.replace("meanwhile.", "a moment ago"));
        fill("what", `${NAMES[field]} of #${ticket}. Nothing was overwritten.`);
        fill("theirs", theirs.label);
        fill("by", [theirs.by, theirs.when].filter(Boolean).join(", "));
        fill("mine", mine);
        fill("was", `was ${before}`);
        fill("keep", `Keep ${theirs.label}`);
        fill("set", `Set ${mine}`);
        dialog.addEventListener("close", () => {
            if (dialog.returnValue === "set") desk.changeField(ticket, field, value, theirs.value);
            dialog.remove();
        });
        document.body.append(dialog);
        dialog.showModal();
    }

    desk.openField = (place) => {
        const ticket = place.closest("[data-ticket]").dataset.ticket;
        const { field, value } = place.dataset;
        desk.menu(place, {
            title: `${NAMES[field]} of #${ticket}`,
            key: page().dataset.shortcuts === "off" ? null : field[0],
            options: options[field],
            current: value,
            pick: (chosen) => desk.changeField(ticket, field, chosen, value),
        });
    };

    // Give the ticket whose assignee stands here to whoever looks at the page.
    desk.takeOver = (place) => {
        const { me } = page().dataset;
        if (!place) desk.toast("You may read tickets, not change them.");
        else if (place.dataset.value === me) desk.toast("It is yours already.");
        else desk.changeField(place.closest("[data-ticket]").dataset.ticket, "assignee", me, place.dataset.value);
    };

    document.addEventListener("click", (event) => {
        const place = event.target.closest("button[data-field]");
        if (place) desk.openField(place);
    });
})();
