// The theme, before anything is painted. unfold keeps the choice under "adminTheme".
window.desk = {
    theme(name) {
        const dark = name === "dark" || (name === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
        document.documentElement.classList.toggle("dark", dark);
    },
};

try {
    desk.theme(JSON.parse(localStorage.getItem("adminTheme")) || "auto");
} catch {
    desk.theme("auto");
}
