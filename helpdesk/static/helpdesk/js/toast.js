// One line at the bottom, with a way back. Gone after eight seconds, unless it is hovered or focused.

const TOAST_LIFE = 8000;

// `action` is {label, key, run}; the key works from anywhere on the page while the toast is shown.
desk.toast = (text, action = null) => {
    const place = document.getElementById("toasts");
    // A modal sheet covers the page and holds it still, also what would be undone.
    ([...document.querySelectorAll("dialog:modal")].at(-1) || document.body).append(place);
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    let timer;
    const close = () => {
        clearTimeout(timer);
        document.removeEventListener("keydown", onKey);
        toast.remove();
    };
    const act = () => {
        close();
        action.run();
    };
    const onKey = (event) => {
        if (event.key === action?.key && desk.isShortcut(event)) {
            event.preventDefault();
            act();
        }
    };
    if (action) toast.append(toastButton(action, act));
    toast.append(closeButton(close));
    const wait = () => (timer = setTimeout(close, TOAST_LIFE));
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, wait);
    if (action?.key) document.addEventListener("keydown", onKey);
    place.replaceChildren(toast);
    wait();
    return close;
};

// A dialog that goes gives the toasts back.
document.addEventListener(
    "close",
    (event) => {
        const place = document.getElementById("toasts");
        if (event.target.contains(place)) document.body.append(place);
    },
    true,
);

// What went wrong, in the server's words, and trying it again where that can help.
desk.toastFailure = (failure, again = null) => {
    if (!(failure instanceof desk.Failure)) throw failure;
    const canHelp = again && (failure.status === 0 || failure.status === 401 || failure.status >= 500);
    desk.toast(failure.message, canHelp ? { label: "Try again", run: again } : null);
};

function toastButton(action, act) {
    const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "toast-action",
        textContent: action.label,
        onclick: act,
    });
    if (action.key) button.append(Object.assign(document.createElement("kbd"), { textContent: action.key }));
    return button;
}

function closeButton(close) {
    const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "toast-close",
        textContent: "✕",
        onclick: close,
    });
    button.setAttribute("aria-label", "Close this message");
    return button;
}
