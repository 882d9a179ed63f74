// Requests to our own server. What fails is an error with a sentence for the person, and with what to do.

class Failure extends Error {
    constructor(status, message, data = {}) {
        super(message);
        this.status = status;
        this.data = data;
    }
}

desk.Failure = Failure;

desk.SESSION_ENDED = "Your session has ended. Sign in again in another tab, then try once more.";

// `content` is an object of form fields or a FormData. Resolves to the answer's JSON; throws a Failure,
// whose status is 0 when the server was not reached.
desk.post = (url, content = {}, options = {}) =>
    desk.fetch(url, {
        method: "POST",
        body: content instanceof FormData ? content : new URLSearchParams(content),
        ...options,
    });

desk.get = (url, options = {}) => desk.fetch(url, options);

desk.fetch = async (url, options) => {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), ...options.headers };
    let answer;
    try {
        answer = await fetch(url, { credentials: "same-origin", ...options, headers });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Failure(0, "No connection. Nothing was saved.");
    }
    if (answer.redirected && new URL(answer.url).pathname.includes("/login/")) {
        throw new Failure(401, desk.SESSION_ENDED);
    }
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    const data = isJson ? await answer.json() : { html: await answer.text() };
    if (!answer.ok) throw new Failure(answer.status, data.detail || refusal(answer.status), data);
    return data;
};

function csrfToken() {
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return cookie ? cookie[1] : document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
}

function refusal(status) {
    if (status === 403) return "You may not do this, or your session has ended. Reload the page.";
    if (status === 404) return "This is gone: somebody deleted it.";
    return "The server could not answer. Nothing was saved; try again in a moment.";
}
