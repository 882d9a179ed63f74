// One cheap question to the server now and then, for everything on the page that wants to hear the answer.
// Not in a hidden tab, not while the last question is still open, and slower when the server does not answer.

desk.poll = (url, answer, seconds = 15) => {
    let pause = seconds;
    let timer;
    const ask = async () => {
        try {
            answer(await desk.get(typeof url === "function" ? url() : url, { headers: { "X-Helpdesk-Poll": "1" } }));
            pause = seconds;
        } catch {
            pause = Math.min(pause * 2, 300);
        }
        schedule();
    };
    const schedule = () => {
        clearTimeout(timer);
        if (!document.hidden) timer = setTimeout(ask, pause * 1000);
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
    schedule();
    return ask;
};
