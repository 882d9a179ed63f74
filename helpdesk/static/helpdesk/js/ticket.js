// The page of a ticket: what is new appears by itself, suggestions are taken by a click, the title where it stands.

(() => {
    const page = document.getElementById("ticket");
    const timeline = document.getElementById("timeline");
    const entries = document.getElementById("entries");
    const seen = document.querySelector("#composer [name=seen]");

    const isAtEnd = () => timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 80;
    const toEnd = () => (timeline.scrollTop = timeline.scrollHeight);

    // New entries; those that are there already come again when two answers overlap.
    function add(answer) {
        if (answer.seen <= page.dataset.seen) return;
        page.dataset.seen = answer.seen;
        if (!answer.entries.trim()) return;
        const follow = isAtEnd();
        entries.insertAdjacentHTML("beforeend", answer.entries);
        if (follow) toEnd();
    }

    // What colleagues changed; a field that shows it already is left alone.
    function showFields(fields) {
        for (const field of fields || []) {
            const place = document.querySelector(`[data-ticket] [data-field="${field.field}"]`);
            if (place && place.dataset.value !== field.value) desk.showField(field);
        }
    }

    function showOffers(offers) {
        for (const [name, html] of Object.entries(offers || {})) {
            const place = document.querySelector(`[data-offer="${name}"]`);
            if (place && !place.contains(document.activeElement)) place.innerHTML = html;
        }
    }

    page.addEventListener("entries", ({ detail }) => {
        add(detail);
        showFields(detail.fields);
        if (seen && detail.seen > seen.value) seen.value = detail.seen;
        toEnd();
    });

    // Earlier entries, piece by piece, without moving what is read.
    timeline.addEventListener("click", async (event) => {
        const link = event.target.closest(".show-earlier");
        if (!link) return;
        event.preventDefault();
        const holder = link.closest(".entry-more");
        try {
            const { html } = await desk.get(link.href, { headers: { Accept: "text/html" } });
            const fromEnd = timeline.scrollHeight - timeline.scrollTop;
            holder.insertAdjacentHTML("afterend", html);
            const first = holder.nextElementSibling;
            holder.remove();
            timeline.scrollTop = timeline.scrollHeight - fromEnd;
            (first.querySelector("a") || timeline).focus({ preventScroll: true });
        } catch (failure) {
            desk.toastFailure(failure, () => link.click());
        }
    });

    // The title, where it stands.
    const title = page.querySelector("[data-field=title]");
    document.getElementById("edit-title")?.addEventListener("click", (event) => {
        if (title.querySelector("input")) return;
        const text = title.querySelector("span");
        const was = title.dataset.value;
        const input = Object.assign(document.createElement("input"), { value: was, maxLength: 200, dir: "auto" });
        input.setAttribute("aria-label", "Title");
        const close = () => {
            input.remove();
            text.hidden = false;
            event.target.closest("button").focus();
        };
        input.addEventListener("keydown", (key) => {
            if (key.key === "Escape") close();
            if (key.key !== "Enter") return;
            key.preventDefault();
            const value = input.value.trim();
            if (value && value !== was) desk.changeField(page.dataset.ticket, "title", value, was);
            close();
        });
        text.hidden = true;
        title.append(input);
        input.select();
    });

    // Suggestions.
    const source = document.querySelector("[data-offer=source]");
    async function post(url, content, button) {
        button.disabled = true;
        try {
            const answer = await desk.post(url, content);
            button.blur();
            showFields(answer.fields);
            showOffers(answer.offers);
            const undo = answer.batch ? { label: "Undo", key: "z", run: () => desk.undo(answer.batch) } : null;
            if (answer.said) desk.toast(answer.said, undo);
            ask();
        } catch (failure) {
            showFields(failure.data?.fields);
            showOffers(failure.data?.offers);
            desk.toastFailure(failure, () => post(url, content, button));
        } finally {
            button.disabled = false;
        }
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-offer-verb]");
        if (!button) return;
        const verb = button.dataset.offerVerb;
        const pk = button.closest("[data-suggestion]").dataset.suggestion;
        const url = `${page.dataset.suggestUrl.replace("/0/", `/${pk}/`).replace("/take/", `/${verb === "confirm" ? "take" : verb}/`)}`;
        const value = (name) => document.querySelector(`[data-ticket] [data-field="${name}"]`)?.dataset.value;
        const content = {
            take: { [button.dataset.take]: button.dataset.was },
            confirm: { category: button.dataset.category, priority: value("priority") },
        };
        post(url, content[verb] || {}, button);
    });
    document.getElementById("ask")?.addEventListener("click", async ({ currentTarget: button }) => {
        source.textContent = "Reading the ticket…";
        await post(button.dataset.url, {}, button);
        if (source.textContent === "Reading the ticket…") source.textContent = "";
    });

    // On a narrow screen the fields are a sheet.
    const aside = document.getElementById("aside");
    const opener = document.getElementById("open-fields");
    opener.addEventListener("click", () => {
        const sheet = document.createElement("dialog");
        sheet.className = "sheet";
        sheet.dataset.ticket = page.dataset.ticket;
        sheet.setAttribute("aria-label", "Fields of the ticket");
        sheet.innerHTML = '<p class="sheet-head">Fields<button class="icon-button" type="button" aria-label="Close the fields">✕</button></p>';
        const contents = [...aside.childNodes];
        sheet.append(...contents);
        sheet.addEventListener("click", (event) => {
            if (event.target === sheet || event.target.closest(".sheet-head button")) sheet.close();
        });
        sheet.addEventListener("close", () => {
            aside.append(...contents);
            sheet.remove();
            opener.focus();
        });
        document.body.append(sheet);
        sheet.showModal();
    });

    // One poll for who else is here and what they did.
    const presence = document.getElementById("presence");
    const initials = (name) => name.split(/\s+/).map((word) => word[0]).filter((_, at, all) => at === 0 || at === all.length - 1).join("");
    function showOthers(others) {
        const text = others
            .map(({ name, replying }) => `${name} is ${replying ? "writing" : "viewing"}`)
            .join(", ");
        if (presence.dataset.text === text) return;
        presence.dataset.text = text;
        presence.replaceChildren(
            ...others.map(({ name }) => {
                const face = Object.assign(document.createElement("span"), { className: "avatar", textContent: initials(name), title: text });
                face.setAttribute("aria-hidden", "true");
                return face;
            }),
            Object.assign(document.createElement("span"), { textContent: text }),
        );
    }
    // What the page showed counts as read as soon as somebody looks at it.
    const newestRead = () => [...timeline.querySelectorAll("[data-moment]")].at(-1)?.dataset.moment || page.dataset.read;
    const ask = desk.poll(
        () => `${page.dataset.hereUrl}?${new URLSearchParams({
            after: page.dataset.seen,
            read: newestRead(),
            replying: desk.composer?.isReplying() ? "1" : "",
        })}`,
        (answer) => {
            add(answer);
            showOthers(answer.others);
            showFields(answer.fields);
            showOffers(answer.offers);
        },
        10,
    );
    let soon;
    document.addEventListener("fieldchanged", () => {
        clearTimeout(soon);
        soon = setTimeout(ask, 600);
    });

    // Keys.
    const change = (field) => () => {
        const place = aside.querySelector(`button[data-field=${field}]`);
        if (!place) desk.toast("You may read tickets, not change them.");
        else if (aside.offsetParent || getComputedStyle(aside).display !== "none") desk.openField(place);
        else opener.click();
    };
    const follow = (id, nothing) => () => {
        const link = document.getElementById(id);
        if (link) location.assign(link.href);
        else desk.toast(nothing);
    };
    const write = (kind) => () => (desk.composer ? desk.composer.write(kind) : desk.toast("You may read tickets, not write in them."));
    desk.onKey("r", "reply", write("reply"));
    desk.onKey("n", "note", write("note"));
    desk.onKey("s", "status", change("status"));
    desk.onKey("p", "priority", change("priority"));
    desk.onKey("c", "category", change("category"));
    desk.onKey("a", "assignee", change("assignee"));
    desk.onKey("t", "take over", () => desk.takeOver(aside.querySelector("button[data-field=assignee]")));
    desk.onKey("[", "previous ticket", follow("previous", "This is the first ticket of the list."));
    desk.onKey("]", "next ticket", follow("next", "This is the last ticket of the list."));
    desk.onKey("u", "back to the list", () => location.assign(page.dataset.list));

    for (const line of document.querySelectorAll("#told li")) desk.toast(line.textContent);
    document.getElementById("told")?.remove();
    const unread = document.getElementById("unread");
    if (unread) timeline.scrollTop = unread.offsetTop - 16;
    else toEnd();
    if (!document.hidden) ask();
})();
