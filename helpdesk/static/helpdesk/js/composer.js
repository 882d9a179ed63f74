// The composer: a draft of each kind on the server within seconds, each message added once, and not past what came
// meanwhile. What cannot reach the server is kept on this machine and says so.

// `form` stands in a [data-ticket], which is told of what is new by an "entries" event.
desk.openComposer = (form) => {
    const page = form.closest("[data-ticket]");
    const body = form.elements.namedItem("body");
    const state = form.querySelector(".composer-state");
    const drafts = JSON.parse(document.getElementById("drafts").textContent);
    const PAUSE = 1000;
    let timer;
    let saving = Promise.resolve();
    let sending = false;

    const kind = () => form.elements.namedItem("kind").value;
    const localKey = (name) => `draft:${page.dataset.me}:${page.dataset.ticket}:${name}`;

    function say(text, onlyHere = false) {
        state.textContent = text;
        state.classList.toggle("only-here", onlyHere);
    }

    function keepHere(name, text) {
        try {
            if (text) localStorage.setItem(localKey(name), text);
            else localStorage.removeItem(localKey(name));
        } catch {
            // A full or forbidden storage: the text is still on the page.
        }
    }

    function keptHere(name) {
        try {
            return localStorage.getItem(localKey(name));
        } catch {
            return null;
        }
    }

    // One save after the other, so that an older text never arrives last.
    function save(options) {
        clearTimeout(timer);
        const name = kind();
        const text = body.value;
        saving = saving.then(() => saveNow(name, text, options));
        return saving;
    }

    async function saveNow(name, text, options = {}) {
        const draft = drafts[name];
        if (text === draft.text) return;
        const key = form.elements.namedItem("key").value;
        try {
            const answer = await desk.post(form.dataset.draftUrl, { kind: name, text, key, known: draft.known }, options);
            Object.assign(draft, answer, { text });
            keepHere(name, "");
            if (name === kind()) say(answer.saved ? `Draft saved ${answer.saved}` : "");
        } catch (failure) {
            keepHere(name, text);
            if (failure.status === 409) offerOther(name, failure.data);
            else say(failure.status === 400 || failure.status === 404 ? failure.message : "Draft only on this machine", true);
        }
    }

    // Another window saved something else: this text stays, that one can be had by a click.
    function offerOther(name, theirs) {
        say("Another window has a newer draft. ", true);
        const use = Object.assign(document.createElement("button"), { type: "button", textContent: "Use it" });
        use.addEventListener("click", () => {
            drafts[name] = { text: theirs.text, saved: theirs.saved, known: theirs.known };
            keepHere(name, "");
            if (name === kind()) body.value = theirs.text;
            say(`Draft saved ${theirs.saved}`);
        });
        state.append(use);
        drafts[name].known = theirs.known;
    }

    function show(name) {
        const here = keptHere(name);
        body.value = here ?? drafts[name].text;
        const isNote = name === "note";
        const to = body.dataset.to;
        body.placeholder = isNote ? "Only staff will see this" : `Write to ${to}`;
        body.setAttribute("aria-label", isNote ? "Note for staff" : `Reply to ${to}`);
        for (const button of form.querySelectorAll("[name=then]")) {
            const text = button.firstChild;
            text.textContent = text.textContent.replace(/^\s*(Send|Add note)/, isNote ? "Add note" : "Send");
        }
        if (here !== null && here !== drafts[name].text) say("Draft only on this machine", true);
        else say(drafts[name].saved ? `Draft saved ${drafts[name].saved}` : "");
        if (here !== null) save();
    }

    async function send(then, anyway = false) {
        if (sending) return;
        if (!body.value.trim()) {
            desk.toast("Write something first.");
            body.focus();
            return;
        }
        sending = true;
        clearTimeout(timer);
        const name = kind();
        const text = body.value;
        const key = form.elements.namedItem("key");
        const seen = form.elements.namedItem("seen");
        const buttons = form.querySelectorAll("[name=then]");
        for (const button of buttons) button.disabled = true;
        try {
            await saving;
            const shown = page.dataset.seen;
            const sent = { kind: name, body: text, key: key.value, then, seen: anyway ? "" : seen.value, shown };
            const answer = await desk.post(form.dataset.sendUrl, sent);
            keepHere(name, "");
            drafts[name] = { text: "", saved: "", known: "" };
            key.value = answer.key;
            if (body.value === text) body.value = "";
            say("");
            if (then === "next") return location.assign(form.dataset.next);
            page.dispatchEvent(new CustomEvent("entries", { detail: answer }));
            const undo = answer.batch ? { label: "Undo", key: "z", run: () => desk.undo(answer.batch) } : null;
            desk.toast(answer.said, undo);
        } catch (failure) {
            if (failure.status === 409) {
                page.dispatchEvent(new CustomEvent("entries", { detail: failure.data }));
                askAgain(then, failure);
            } else {
                keepHere(name, text);
                if (failure.status === 0 || failure.status === 401) say("Draft only on this machine", true);
                desk.toastFailure(failure, () => send(then, anyway));
            }
        } finally {
            sending = false;
            for (const button of buttons) button.disabled = false;
        }
    }

    // Somebody was quicker: what they did is shown, and one decides.
    function askAgain(then, failure) {
        const dialog = document.getElementById("overtaken").content.cloneNode(true).querySelector("dialog");
        dialog.querySelector("h2").textContent = failure.message;
        form.elements.namedItem("seen").value = failure.data.seen;
        dialog.addEventListener("close", () => {
            const anyway = dialog.returnValue === "anyway";
            dialog.remove();
            if (anyway) send(then, true);
            else body.focus();
        });
        document.body.append(dialog);
        dialog.showModal();
    }

    body.dataset.to = body.placeholder.replace(/^Write to /, "");
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        send(event.submitter?.value || "");
    });
    body.addEventListener("input", () => {
        say("");
        clearTimeout(timer);
        timer = setTimeout(save, PAUSE);
    });
    body.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send(form.dataset.next ? "next" : "");
        } else if (event.key === "Escape") body.blur();
    });
    let before = kind();
    form.addEventListener("change", (event) => {
        if (event.target.name !== "kind") return;
        const name = before;
        const text = body.value;
        before = kind();
        clearTimeout(timer);
        keepHere(name, text === drafts[name].text ? "" : text);
        saving = saving.then(() => saveNow(name, text));
        show(before);
        body.focus();
    });
    addEventListener("pagehide", () => form.isConnected && save({ keepalive: true }));
    if (!form.querySelector(".composer-problem")) show(kind());

    return {
        save,
        isReplying: () => body.value.trim() !== "",
        write(name) {
            const radio = form.querySelector(`[name=kind][value=${name}]`);
            if (!radio.checked) radio.click();
            body.focus();
        },
    };
};

{
    const form = document.querySelector("#ticket .composer");
    desk.composer = form && desk.openComposer(form);
}
